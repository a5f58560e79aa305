using System.Collections.Frozen;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Catalog;

/// <summary>Who may call; fixed for the process.</summary>
/// <param name="Addresses">The only ones; null for everyone.</param>
internal sealed record AllowedUsers(FrozenSet<Address>? Addresses)
{
    public static AllowedUsers Of(string[]? addresses) => new(addresses?.Select(address => Address.Parse(address)).ToFrozenSet());
}
