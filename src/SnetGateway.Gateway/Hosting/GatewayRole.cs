using SnetGateway.Payments.Claims.Sending;

namespace SnetGateway.Gateway.Hosting;

/// <summary>What one gateway is in its process, which may run others beside it (`serve --with`).</summary>
/// <param name="Name">Its name in logs and alerts; null where the process has no other gateway.</param>
/// <param name="StartsLast">Whether it starts after all others, so that it reports to systemd for the process.</param>
/// <param name="Payees">The accounts that the gateways of the process claim for.</param>
internal sealed record GatewayRole(string? Name, bool StartsLast, SharedPayees Payees)
{
    /// <summary>The only gateway of a process.</summary>
    public static GatewayRole Only() => new(null, StartsLast: true, new SharedPayees());
}
