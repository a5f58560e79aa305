using System.Runtime.CompilerServices;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Channels;

/// <summary>
/// The bytes that a payment signs, and that the contract checks at the claim: "__MPE_claim_message", the escrow's address, channel id,
/// nonce and total (docs/protocol/escrow-payments.md, 'Message to sign'). One payment has one such message, because each number has one
/// form.
/// </summary>
public static class ClaimMessage
{
    public const int Length = 19 + Address.Size + (3 * UInt256.Size);

    [SkipLocalsInit]
    public static bool TryRecoverSigner(ISignerRecovery recovery, Address escrow, in ChannelPayment payment, out Address signer)
    {
        Span<byte> message = stackalloc byte[Length];
        Write(message, escrow, payment.Channel, payment.Nonce, payment.Amount);
        return recovery.TryRecover(message, payment.Signature.Span, out signer);
    }

    /// <summary>The same answer, found sooner if it is <paramref name="expected"/>.</summary>
    [SkipLocalsInit]
    public static bool TryRecoverSigner(
        ISignerRecovery recovery, Address escrow, in ChannelPayment payment, Address expected, out Address signer)
    {
        Span<byte> message = stackalloc byte[Length];
        Write(message, escrow, payment.Channel, payment.Nonce, payment.Amount);
        return recovery.TryRecover(message, payment.Signature.Span, expected, out signer);
    }

    public static void Write(Span<byte> destination, Address escrow, ChannelId channel, ChannelNonce nonce, UInt256 amount)
    {
        ReadOnlySpan<byte> prefix = "__MPE_claim_message"u8;
        prefix.CopyTo(destination);
        destination = destination[prefix.Length..];
        escrow.WriteTo(destination);
        destination = destination[Address.Size..];
        channel.Value.WriteBigEndian(destination);
        nonce.Value.WriteBigEndian(destination[UInt256.Size..]);
        amount.WriteBigEndian(destination[(2 * UInt256.Size)..]);
    }
}
