using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Channels.Checks;

/// <summary>E9: the signed total is covered by what is in the channel and not yet spoken for.</summary>
internal static class FundsCheck
{
    public static PaymentRefusal? Check(UInt256 funds, UInt256 amount) =>
        amount <= funds ? null : Refusals.NotEnoughTokens(funds, amount);
}
