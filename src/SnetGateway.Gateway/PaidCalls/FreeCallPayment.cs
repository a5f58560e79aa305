using Microsoft.Extensions.Primitives;
using SnetGateway.Payments.Admission;
using SnetGateway.Payments.FreeCalls;
using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.PaidCalls;

/// <summary>
/// `free-call`: uses a call of the user's quota. Reads user id, address, block number, signature and token in this order; the client gets
/// the first error. Of a service without free calls the kind is unknown.
/// </summary>
internal sealed class FreeCallPayment(FreeCallAdmission admission) : IPaymentType
{
    public const string TypeName = "free-call";

    public string Name => TypeName;

    public ValueTask<AdmissionResult> AdmitAsync(in PaymentMetadata metadata, PaidCall call, CancellationToken cancellationToken)
    {
        if (call.Service.FreeCalls is not { } offer)
        {
            return new ValueTask<AdmissionResult>(AdmissionResult.Refused(Refusals.UnexpectedPaymentType(TypeName)));
        }

        PaymentRefusal? refusal = Read(metadata, out FreeCallUse use, out FreeCallToken token);
        return refusal is null
            ? admission.AdmitAsync(offer, use, token, call, cancellationToken)
            : new ValueTask<AdmissionResult>(AdmissionResult.Refused(refusal));
    }

    /// <summary>F1: what the metadata carries, or why there is no payment.</summary>
    internal static PaymentRefusal? Read(in PaymentMetadata metadata, out FreeCallUse use, out FreeCallToken token)
    {
        StringValues ids = metadata.Headers[PaymentMetadata.FreeCallUserId];
        string userId = ids.Count == 1 ? HeaderText.Of(ids[0]) : string.Empty;
        string addressText = string.Empty;
        Address address = default;
        UInt256 block = default;
        byte[] signature = [], tokenBytes = [];
        token = default;
        PaymentRefusal? refusal =
            ReadUserId(userId)
            ?? ReadAddress(metadata.Headers[PaymentMetadata.FreeCallUserAddress], ref addressText, ref address)
            ?? EscrowPayment.ReadNumber(PaymentMetadata.CurrentBlock, metadata.Headers[PaymentMetadata.CurrentBlock], ref block)
            ?? EscrowPayment.ReadBytes(PaymentMetadata.ChannelSignature, metadata.SignatureValues, ref signature)
            ?? EscrowPayment.ReadBytes(PaymentMetadata.FreeCallToken, metadata.Headers[PaymentMetadata.FreeCallToken], ref tokenBytes)
            ?? FreeCallToken.Parse(tokenBytes, out token)?.AsRefusal;
        use = new FreeCallUse(addressText, new FreeCallUser(address, userId), block, signature);
        return refusal;
    }

    private static PaymentRefusal? ReadUserId(string userId) =>
        FreeCallUser.IsUserIdTooLong(userId) ? Refusals.IncorrectFormat(PaymentMetadata.FreeCallUserId, userId) : null;

    /// <summary>
    /// One spelling of the bytes beside the case of its digits. The reference accepts others, each with a separate quota (trap 13).
    /// </summary>
    private static PaymentRefusal? ReadAddress(StringValues values, ref string text, ref Address address)
    {
        PaymentRefusal? refusal = EscrowPayment.ReadOne(PaymentMetadata.FreeCallUserAddress, values, out text);
        return refusal
            ?? (Address.TryParse(text, out address)
                ? null
                : Refusals.IncorrectFormat(PaymentMetadata.FreeCallUserAddress, HeaderText.Of(text)));
    }
}
