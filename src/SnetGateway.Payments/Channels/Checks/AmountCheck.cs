using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Channels.Checks;

/// <summary>E11: the total grew by the price, exactly. More is refused as well as less.</summary>
internal static class AmountCheck
{
    public static PaymentRefusal? Check(UInt256 authorized, UInt256 amount, UInt256 price) =>
        authorized.TryAdd(price, out UInt256 due) && due == amount ? null : Refusals.WrongIncome(amount, authorized, price);
}
