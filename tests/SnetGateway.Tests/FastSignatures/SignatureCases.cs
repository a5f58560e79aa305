using System.Numerics;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.FastSignatures;

namespace SnetGateway.Tests.FastSignatures;

/// <summary>
/// A signature to be judged for a key: honest, distorted, or built so that the way through the tables meets a case with no formula.
/// </summary>
/// <param name="Digest">What was signed.</param>
/// <param name="Signature">r and s.</param>
/// <param name="RecoveryId">0 or 1.</param>
/// <param name="IsHonest">Signed by the key: the tables have to accept it.</param>
internal readonly record struct SignatureCase(byte[] Digest, byte[] Signature, int RecoveryId, bool IsHonest);

/// <summary>One key, its tables, and cases without end. All chance is the caller's.</summary>
internal sealed class SignatureCases
{
    private readonly Random _random;
    private readonly byte[] _privateKey;
    private readonly BigInteger _key;

    public SignatureCases(Random random, BigInteger key)
    {
        _random = random;
        _key = key;
        _privateKey = Numbers.Bytes(key);
        PublicKey = new byte[RecoverableEcdsa.PublicKeySize];
        RecoverableEcdsa.PublicKeyOf(_privateKey, PublicKey);
        if (!Known.TryWrite(new KeyTableBuilder(), PublicKey))
        {
            throw new InvalidOperationException($"No tables for {key:X}.");
        }
    }

    public byte[] PublicKey { get; }

    public KnownKey Known { get; } = new();

    /// <summary>
    /// Drawn evenly from all keys. Others, such as 1, are so related to the generator that sums meet one point twice; with these that never
    /// happens.
    /// </summary>
    public static bool IsPlain(int number) => number > 9 && number % 2 == 0;

    /// <summary>Keys that arithmetic could find special, and in between any.</summary>
    public static BigInteger KeyOf(Random random, int number) => number switch
    {
        0 => 1,
        1 => 2,
        2 => Numbers.N - 1,
        3 => Numbers.N - 2,
        4 => Numbers.Lambda,
        5 => Numbers.N - Numbers.Lambda,
        6 => Numbers.Lambda * Numbers.Lambda % Numbers.N,
        7 => Numbers.Inverse(2, Numbers.N),
        8 => 64,
        9 => 3,
        _ when IsPlain(number) => (Numbers.Uniform(random) % (Numbers.N - 1)) + 1,
        _ => (Numbers.Any(random) % (Numbers.N - 1)) + 1,
    };

    /// <summary>Signed by the key.</summary>
    public SignatureCase Honest() => Sign(Digest(), _privateKey);

    public SignatureCase Next()
    {
        switch (_random.Next(16))
        {
            case 0:
                SignatureCase one = Honest();
                return one with { RecoveryId = 1 - one.RecoveryId, IsHonest = false };
            case 1: // high s is what the contract pays too
                one = Honest();
                Write(one.Signature.AsSpan(32), Numbers.N - Numbers.Read(one.Signature.AsSpan(32)));
                return one with { RecoveryId = 1 - one.RecoveryId };
            case 2: // s and n - s change places, v does not
                one = Honest();
                Write(one.Signature.AsSpan(32), Numbers.N - Numbers.Read(one.Signature.AsSpan(32)));
                return one with { IsHonest = false };
            case 3:
                one = Honest();
                one.Digest[_random.Next(32)] ^= (byte)(1 << _random.Next(8));
                return one with { IsHonest = false };
            case 4:
                one = Honest();
                one.Signature[_random.Next(64)] ^= (byte)(1 << _random.Next(8));
                return one with { IsHonest = false };
            case 5: // any r, s and digest at all
                return Of(Numbers.Any(_random), Scalar(), Scalar(), _random.Next(2), isHonest: false);
            case 6: // r or s very small or very large, or one more than it was
                one = Honest();
                int half = 32 * _random.Next(2);
                BigInteger near = _random.Next(3) switch
                {
                    0 => _random.Next(1, 9),
                    1 => Numbers.N - _random.Next(1, 9),
                    _ => Numbers.Mod(Numbers.Read(one.Signature.AsSpan(half, 32)) + _random.Next(-2, 3), Numbers.N),
                };
                Write(one.Signature.AsSpan(half, 32), near);
                return one with { IsHonest = false };
            case 7: // another's key
                return Sign(Digest(), Numbers.Bytes(Scalar())) with { IsHonest = false };
            case 8: // z = 0, z at and above n, z at every edge
                return Honest(_random.Next(4) switch
                {
                    0 => 0,
                    1 => Numbers.N + _random.Next(-2, 3),
                    2 => Numbers.TwoTo256 - _random.Next(1, 5),
                    _ => Numbers.Edges[_random.Next(Numbers.Edges.Count)],
                });
            case 9: // z = r or -r: both halves of the sum are multiples of one number
                one = Honest();
                BigInteger r = Numbers.Read(one.Signature.AsSpan(0, 32));
                return Of(_random.Next(2) == 0 ? r : Numbers.N - r, r, Scalar(), _random.Next(2), isHonest: false);
            case 10: // the sum is of multiples that were chosen: small, equal, opposite, at edges
                return Constructed(Scalar(), _random.Next(2) == 0 ? Scalar() : Numbers.N - (_random.Next(3) * _key % Numbers.N));
            default:
                return Honest();
        }
    }

    /// <summary>
    /// A true signature of this key with (z / s) and (r / s) as wished, which is what the sum is made of. The nonce is the first plus the
    /// second times the key.
    /// </summary>
    public SignatureCase Constructed(BigInteger ofGenerator, BigInteger ofKey)
    {
        BigInteger nonce = Numbers.Mod(ofGenerator + (ofKey * _key), Numbers.N);
        if (nonce.IsZero || ofKey.IsZero)
        {
            return Honest();
        }

        byte[] noncePoint = new byte[RecoverableEcdsa.PublicKeySize];
        RecoverableEcdsa.PublicKeyOf(Numbers.Bytes(nonce), noncePoint);
        BigInteger r = Numbers.Read(noncePoint.AsSpan(0, 32));
        if (r >= Numbers.N)
        {
            return Honest();
        }

        BigInteger s = r * Numbers.Inverse(ofKey, Numbers.N) % Numbers.N;
        return Of(ofGenerator * s % Numbers.N, r, s, noncePoint[63] & 1, isHonest: false);
    }

    private static SignatureCase Of(BigInteger z, BigInteger r, BigInteger s, int recoveryId, bool isHonest)
    {
        byte[] signature = new byte[64];
        Write(signature, r);
        Write(signature.AsSpan(32), s);
        return new SignatureCase(Numbers.Bytes(z), signature, recoveryId, isHonest);
    }

    private static void Write(Span<byte> destination, BigInteger number) => Numbers.Bytes(number).CopyTo(destination);

    private SignatureCase Honest(BigInteger z) => Sign(Numbers.Bytes(z), _privateKey);

    private SignatureCase Sign(byte[] digest, byte[] privateKey)
    {
        byte[] signature = new byte[64];
        int recoveryId = RecoverableEcdsa.Sign(digest, privateKey, signature);
        return new SignatureCase(digest, signature, recoveryId, IsHonest: true);
    }

    private byte[] Digest()
    {
        byte[] digest = new byte[32];
        _random.NextBytes(digest);
        return digest;
    }

    private BigInteger Scalar() => (Numbers.Any(_random) % (Numbers.N - 1)) + 1;
}
