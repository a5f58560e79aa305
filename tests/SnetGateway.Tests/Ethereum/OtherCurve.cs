using System.Numerics;
using NBitcoin.Secp256k1;
using SnetGateway.Tests.FastSignatures;

namespace SnetGateway.Tests.Ethereum;

/// <summary>A second implementation of the curve, in managed code. It shares nothing with the gateway's.</summary>
internal static class OtherCurve
{
    public static bool TryRecover(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature, int recoveryId, Span<byte> publicKey)
    {
        if (!SecpRecoverableECDSASignature.TryCreateFromCompact(signature, recoveryId, out SecpRecoverableECDSASignature? parsed)
            || !ECPubKey.TryRecover(Context.Instance, parsed, digest, out ECPubKey? key))
        {
            return false;
        }

        Write(key, publicKey);
        return true;
    }

    public static int Sign(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> privateKey, Span<byte> signature)
    {
        if (!ECPrivKey.Create(privateKey).TrySignRecoverable(digest, out SecpRecoverableECDSASignature? signed))
        {
            throw new InvalidOperationException("The key did not sign.");
        }

        signed!.WriteToSpanCompact(signature, out int recoveryId);
        return recoveryId;
    }

    public static void PublicKeyOf(ReadOnlySpan<byte> privateKey, Span<byte> publicKey) =>
        Write(ECPrivKey.Create(privateKey).CreatePubKey(), publicKey);

    /// <summary>The point that is <paramref name="number"/> times the generator.</summary>
    public static GE Point(BigInteger number) => ECPrivKey.Create(Numbers.Bytes(number)).CreatePubKey().Q;

    private static void Write(ECPubKey key, Span<byte> publicKey)
    {
        Span<byte> serialized = stackalloc byte[65];
        key.WriteToSpan(compressed: false, serialized, out _);
        serialized[1..].CopyTo(publicKey);
    }
}
