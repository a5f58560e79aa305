using Microsoft.Extensions.Primitives;
using SnetGateway.GrpcWire.Headers;
using SnetGateway.Payments.Admission;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.PaidCalls;

/// <summary>
/// `escrow`: pays from a channel of the escrow contract. Reads id, nonce, amount and signature in this order; the client gets the first
/// error.
/// </summary>
internal sealed class EscrowPayment(ChannelAdmission admission) : IPaymentType
{
    public const string TypeName = "escrow";

    /// <summary>
    /// Longer than any signature. A longer value is decoded on the heap, because its refusal depends on whether it is valid base64.
    /// </summary>
    private const int StackBytes = 256;

    public string Name => TypeName;

    public ValueTask<AdmissionResult> AdmitAsync(in PaymentMetadata metadata, PaidCall call, CancellationToken cancellationToken)
    {
        PaymentRefusal? refusal = Read(metadata, out ChannelPayment payment);
        return refusal is null
            ? admission.AdmitAsync(payment, call, cancellationToken)
            : new ValueTask<AdmissionResult>(AdmissionResult.Refused(refusal));
    }

    /// <summary>The payment that the metadata carries, or why there is none.</summary>
    internal static PaymentRefusal? Read(in PaymentMetadata metadata, out ChannelPayment payment)
    {
        UInt256 id = default, nonce = default, amount = default;
        byte[] signature = [];
        PaymentRefusal? refusal =
            ReadNumber(PaymentMetadata.ChannelId, metadata.IdValues, ref id)
            ?? ReadNumber(PaymentMetadata.ChannelNonce, metadata.NonceValues, ref nonce)
            ?? ReadNumber(PaymentMetadata.ChannelAmount, metadata.AmountValues, ref amount)
            ?? ReadBytes(PaymentMetadata.ChannelSignature, metadata.SignatureValues, ref signature);
        payment = new ChannelPayment(new ChannelId(id), new ChannelNonce(nonce), amount, signature);
        return refusal;
    }

    internal static PaymentRefusal? ReadNumber(string key, StringValues values, ref UInt256 number)
    {
        PaymentRefusal? refusal = ReadOne(key, values, out string text);
        return refusal ?? (UInt256.TryParse(text, out number) ? null : Refusals.IncorrectFormat(key, HeaderText.Of(text)));
    }

    internal static PaymentRefusal? ReadBytes(string key, StringValues values, ref byte[] bytes)
    {
        PaymentRefusal? refusal = ReadOne(key, values, out string text);
        if (refusal is not null)
        {
            return refusal;
        }

        int most = BinaryMetadata.MaxDecodedLength(text.Length);
        Span<byte> decoded = most <= StackBytes ? stackalloc byte[StackBytes] : new byte[most];
        if (!BinaryMetadata.TryDecode(text, decoded, out int written))
        {
            return Refusals.MalformedBinary(key);
        }

        bytes = decoded[..written].ToArray();
        return null;
    }

    internal static PaymentRefusal? ReadOne(string key, StringValues values, out string text)
    {
        text = string.Empty;
        switch (values.Count)
        {
            case 0:
                return Refusals.Missing(key);
            case 1:
                text = values[0] ?? string.Empty;
                return null;
            default:
                return key.EndsWith("-bin", StringComparison.Ordinal)
                    ? Refusals.TooManyBinary(key)
                    : Refusals.TooMany(key, values.Select(HeaderText.Of));
        }
    }
}
