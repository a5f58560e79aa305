using Org.BouncyCastle.Asn1.X9;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.EC;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Math.EC;
using CryptographicException = System.Security.Cryptography.CryptographicException;

namespace SnetGateway.Ethereum.Signatures;

/// <summary>The curve in managed code, for machines without the native library. Some ten times slower, and it allocates.</summary>
internal sealed class ManagedSecp256k1 : Secp256k1
{
    private static readonly X9ECParameters Curve = CustomNamedCurves.GetByName("secp256k1");
    private static readonly BigInteger HalfOrder = Curve.N.ShiftRight(1);

    public override string Name => "managed code (libsecp256k1 is not installed)";

    public override bool TryRecover(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature, int recoveryId, Span<byte> publicKey)
    {
        // The nonce point has r itself as its x: an x of r + n would need recovery id 2 or 3, which the contract cannot check.
        Span<byte> compressed = stackalloc byte[33];
        compressed[0] = (byte)(2 + recoveryId);
        signature[..32].CopyTo(compressed[1..]);
        ECPoint noncePoint;
        try
        {
            noncePoint = Curve.Curve.DecodePoint(compressed.ToArray());
        }
        catch (ArgumentException)
        {
            return false; // r is no x of a point
        }

        // Q = r^-1 (s R - z G)
        BigInteger z = Number(digest);
        BigInteger inverse = Number(signature[..32]).ModInverse(Curve.N);
        BigInteger ofNonce = inverse.Multiply(Number(signature[32..64])).Mod(Curve.N);
        BigInteger ofGenerator = inverse.Multiply(z.Negate()).Mod(Curve.N);
        ECPoint key = ECAlgorithms.SumOfTwoMultiplies(Curve.G, ofGenerator, noncePoint, ofNonce).Normalize();
        if (key.IsInfinity)
        {
            return false;
        }

        key.GetEncoded(false).AsSpan(1).CopyTo(publicKey);
        return true;
    }

    public override int Sign(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> privateKey, Span<byte> signature)
    {
        BigInteger z = Number(digest);
        BigInteger key = CheckedKey(privateKey);
        var nonces = new HMacDsaKCalculator(new Sha256Digest());
        nonces.Init(Curve.N, key, digest.ToArray());
        while (true)
        {
            BigInteger k = nonces.NextK();
            ECPoint noncePoint = Curve.G.Multiply(k).Normalize();
            BigInteger r = noncePoint.AffineXCoord.ToBigInteger();
            BigInteger s = k.ModInverse(Curve.N).Multiply(z.Add(key.Multiply(r))).Mod(Curve.N);
            if (r.CompareTo(Curve.N) >= 0 || r.SignValue == 0 || s.SignValue == 0)
            {
                continue; // one in 2^127
            }

            bool odd = noncePoint.AffineYCoord.TestBitZero();
            if (s.CompareTo(HalfOrder) > 0)
            {
                s = Curve.N.Subtract(s);
                odd = !odd;
            }

            Write(r, signature[..32]);
            Write(s, signature[32..64]);
            return odd ? 1 : 0;
        }
    }

    public override void PublicKeyOf(ReadOnlySpan<byte> privateKey, Span<byte> publicKey) =>
        Curve.G.Multiply(CheckedKey(privateKey)).Normalize().GetEncoded(false).AsSpan(1).CopyTo(publicKey);

    private static BigInteger CheckedKey(ReadOnlySpan<byte> privateKey) =>
        privateKey.Length == 32 && SignatureFormat.IsScalar(privateKey)
            ? Number(privateKey)
            : throw new CryptographicException("The key is not in range.");

    private static BigInteger Number(ReadOnlySpan<byte> bytes) => new(1, bytes.ToArray());

    private static void Write(BigInteger number, Span<byte> destination)
    {
        byte[] bytes = number.ToByteArrayUnsigned();
        destination[..(destination.Length - bytes.Length)].Clear();
        bytes.CopyTo(destination[(destination.Length - bytes.Length)..]);
    }
}
