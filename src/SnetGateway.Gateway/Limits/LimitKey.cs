using SnetGateway.Payments.States;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Limits;

/// <summary>Whose calls are counted together: those of a payer, of a client's network, or, as the default, all.</summary>
internal readonly record struct LimitKey(Address Payer, ClientNetwork Client)
{
    public static LimitKey Of(Address payer) => new(payer, default);

    public static LimitKey Of(ClientNetwork client) => new(default, client);
}
