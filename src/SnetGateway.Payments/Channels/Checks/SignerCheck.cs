using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Channels.Checks;

/// <summary>E5, E6: the payment is signed, in a way that the contract will accept, by the channel's signer or its sender.</summary>
internal static class SignerCheck
{
    public static PaymentRefusal? Check(ISignerRecovery recovery, Address escrow, in ChannelPayment payment, ChannelReading reading) =>
        !ClaimMessage.TryRecoverSigner(recovery, escrow, payment, reading.Signer, out Address signer) ? Refusals.SignatureInvalid()
        : signer == reading.Signer || signer == reading.Sender ? null
        : Refusals.WrongSigner();
}
