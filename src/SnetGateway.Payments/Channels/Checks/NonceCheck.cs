using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Channels.Checks;

/// <summary>E4: a payment is for the channel's present nonce; amounts signed at an earlier one are worth nothing.</summary>
internal static class NonceCheck
{
    public static PaymentRefusal? Check(ChannelNonce current, ChannelNonce sent) =>
        current == sent ? null : Refusals.WrongNonce(current, sent);
}
