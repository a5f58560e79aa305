using System.Security.Cryptography;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Values;

namespace SnetGateway.TestKit.Payments;

/// <summary>
/// Signatures without cryptography: r is the message's hash, s the signer's address. As with real ones, a signature over another message
/// recovers to an address that is not the signer's, and malformed signatures are refused.
/// </summary>
public sealed class FakeSigners : ISignerRecovery
{
    private long _recoveries;

    /// <summary>Number of recoveries: a real one takes about 50 microseconds.</summary>
    public long Recoveries => Interlocked.Read(ref _recoveries);

    public static byte[] Sign(Address signer, ReadOnlySpan<byte> message, byte v = 27)
    {
        byte[] signature = new byte[65];
        SHA256.HashData(message, signature);
        signature[0] |= 1;
        signature[32] = 1;
        signer.WriteTo(signature.AsSpan(44));
        signature[64] = v;
        return signature;
    }

    /// <summary>A payment signed by <paramref name="signer"/>.</summary>
    public static ChannelPayment Pay(Address signer, Address escrow, ChannelId channel, ChannelNonce nonce, UInt256 amount, byte v = 27)
    {
        byte[] message = new byte[ClaimMessage.Length];
        ClaimMessage.Write(message, escrow, channel, nonce, amount);
        return new ChannelPayment(channel, nonce, amount, Sign(signer, message, v));
    }

    public bool TryRecover(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature, out Address signer)
    {
        Interlocked.Increment(ref _recoveries);
        if (!IsWellFormed(signature))
        {
            signer = default;
            return false;
        }

        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(message, hash);
        hash[0] |= 1;
        Span<byte> address = stackalloc byte[Address.Size];
        signature.Slice(44, Address.Size).CopyTo(address);
        for (int i = 0; i < Address.Size; i++)
        {
            address[i] ^= (byte)(hash[i] ^ signature[i]);
        }

        signer = new Address(address);
        return true;
    }

    public bool IsWellFormed(ReadOnlySpan<byte> signature) =>
        signature.Length == 65 && signature[64] is 0 or 1 or 27 or 28
        && signature[..32].ContainsAnyExcept((byte)0) && signature[32..64].ContainsAnyExcept((byte)0);
}
