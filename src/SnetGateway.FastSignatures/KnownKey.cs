using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace SnetGateway.FastSignatures;

/// <summary>
/// Checks whether a signature recovers to a known key, without recovering it. A positive result is certain; after any other result the
/// signature must be recovered. For public data only: the time depends on the values.
/// </summary>
/// <remarks>
/// Recovery takes the point R with x = r and the parity of y given by v, and returns the key Q = (s R - z G) / r. That holds exactly when R
/// = (z / s) G + (r / s) Q. With Q known, the right side is two multiplications with tables, and R's x and the parity of its y are compared
/// with the signature: the same result, without square root and doublings. r is compared as a field element, so an R with x = r + n
/// (recovery ids 2 and 3, which the contract cannot check) does not match.
/// </remarks>
internal sealed unsafe class KnownKey
{
    private readonly KeyTable _table = new();

    /// <summary>True when the processor supports AVX2.</summary>
    public static bool IsSupported => FieldLanes.IsSupported;

    /// <summary>Beta in lanes 1 and 3, and 1 in the others. Multiplying x by beta multiplies a point by lambda.</summary>
    private static Words256 Beta => new(0xC1396C28719501EE, 0x9CF0497512F58995, 0x6E64479EAC3434E9, 0x7AE96A2B657C0710);

    /// <summary>
    /// Writes the table of a public key: 64 bytes that are a point of the curve. Must not run concurrently with
    /// <see cref="IsCertainlySigner"/>. After false the key must not be used.
    /// </summary>
    public bool TryWrite(KeyTableBuilder builder, ReadOnlySpan<byte> publicKey) =>
        builder.TryWrite(_table, Words256.ReadBigEndian(publicKey), Words256.ReadBigEndian(publicKey[32..]));

    /// <summary>True only if the signature recovers to this key. The caller has checked that r and s are in range.</summary>
    /// <param name="digest">The 32 bytes that were signed.</param>
    /// <param name="signature">r and s, 64 bytes, each in [1, n-1].</param>
    /// <param name="recoveryId">0 or 1: the parity of y of the nonce point.</param>
    [SkipLocalsInit]
    public bool IsCertainlySigner(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature, int recoveryId)
    {
        var z = Words256.ReadBigEndian(digest); // not reduced: the multiplication takes any 256 bits
        var r = Words256.ReadBigEndian(signature);
        Words256 inverse = Modulus.Order.Invert(Words256.ReadBigEndian(signature[32..]));
        Words256 ofGenerator = Modulus.Order.Multiply(z, inverse);
        Words256 ofKey = Modulus.Order.Multiply(r, inverse);
        if (!SignedWindows.TrySplit(ofGenerator, out Words256 digits0, out Words256 digits1)
            || !SignedWindows.TrySplit(ofKey, out Words256 digits2, out Words256 digits3))
        {
            return false;
        }

        PointLanes sum;
        KeyTable generator = KeyTable.ForGenerator;
        Fetch(generator.Points, digits0);
        Fetch(generator.Points, digits1);
        Fetch(_table.Points, digits2);
        Fetch(_table.Points, digits3);
        Accumulate(
            generator.Points,
            _table.Points,
            Vector256.Create(digits0.W0, digits1.W0, digits2.W0, digits3.W0),
            Vector256.Create(digits0.W1, digits1.W1, digits2.W1, digits3.W1),
            Vector256.Create(digits0.W2, digits1.W2, digits2.W2, digits3.W2),
            out sum);
        GC.KeepAlive(generator);
        GC.KeepAlive(_table);
        Gather(ref sum);
        return Is(sum, r, recoveryId);
    }

    /// <summary>
    /// Prefetches the points of a half's digits, so that they are loaded while the first of them are added. Otherwise each one that other
    /// calls have evicted from the cache would be waited for separately.
    /// </summary>
    private static void Fetch(ulong* points, in Words256 digits)
    {
        (ulong word0, ulong word1, ulong word2) = (digits.W0, digits.W1, digits.W2);
        for (int window = 0; window < SignedWindows.Count; window++)
        {
            ulong place = ((word0 & KeyTable.PointsPerWindow) != 0 ? word0 : ~word0) & (KeyTable.PointsPerWindow - 1);
            Sse.Prefetch0(points + (8 * place));
            points += 8 * KeyTable.PointsPerWindow;
            word0 = (word0 >> SignedWindows.Bits) | (word1 << (64 - SignedWindows.Bits));
            word1 = (word1 >> SignedWindows.Bits) | (word2 << (64 - SignedWindows.Bits));
            word2 >>= SignedWindows.Bits;
        }
    }

    /// <summary>
    /// Sums the two halves of the generator's multiple in lanes 0 and 1, and those of the key's in lanes 2 and 3. The second halves are not
    /// yet multiplied by lambda. No addition here has two points with the same x: the sum so far is a multiple by less than 2^(Bits i) in
    /// absolute value, and the added point a multiple by at least that.
    /// </summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Accumulate(
        ulong* generator, ulong* key, Vector256<ulong> word0, Vector256<ulong> word1, Vector256<ulong> word2, out PointLanes sum)
    {
        Unsafe.SkipInit(out sum);
        for (int window = 0; window < SignedWindows.Count; window++)
        {
            // A digit without its highest bit is negative: its index is counted from the other end, and y changes its sign.
            Vector256<long> digit = word0.AsInt64();
            var negative = Vector256.Equals(digit & Vector256.Create((long)KeyTable.PointsPerWindow), Vector256<long>.Zero);
            Vector256<long> place = (digit ^ negative) & Vector256.Create((long)KeyTable.PointsPerWindow - 1);
            word0 = (word0 >>> SignedWindows.Bits) | (word1 << (64 - SignedWindows.Bits));
            word1 = (word1 >>> SignedWindows.Bits) | (word2 << (64 - SignedWindows.Bits));
            word2 >>>= SignedWindows.Bits;

            ulong* point0 = generator + (8 * place.GetElement(0));
            ulong* point1 = generator + (8 * place.GetElement(1));
            ulong* point2 = key + (8 * place.GetElement(2));
            ulong* point3 = key + (8 * place.GetElement(3));
            Load(point0, point1, point2, point3, out FieldLanes x);
            Load(point0 + 4, point1 + 4, point2 + 4, point3 + 4, out FieldLanes y);
            FieldLanes.NegateWhere(y, negative, out y);
            generator += 8 * KeyTable.PointsPerWindow;
            key += 8 * KeyTable.PointsPerWindow;
            if (window == 0)
            {
                sum.X = x;
                sum.Y = y;
                FieldLanes.Broadcast(new Words256(1, 0, 0, 0), out sum.ZZ);
                sum.ZZZ = sum.ZZ;
            }
            else
            {
                PointLanes.AddAffine(ref sum, x, y);
            }
        }
    }

    /// <summary>Adds the four lanes, the odd ones multiplied by lambda.</summary>
    [SkipLocalsInit]
    private static void Gather(ref PointLanes sum)
    {
        PointLanes other;
        FieldLanes.SwapHalves(sum.X, out other.X);
        FieldLanes.SwapHalves(sum.Y, out other.Y);
        FieldLanes.SwapHalves(sum.ZZ, out other.ZZ);
        FieldLanes.SwapHalves(sum.ZZZ, out other.ZZZ);
        PointLanes.Add(ref sum, other);

        Words256 beta = Beta;
        FieldLanes.Unpack(
            Vector256.Create(1, beta.W0, 1, beta.W0),
            Vector256.Create(0, beta.W1, 0, beta.W1),
            Vector256.Create(0, beta.W2, 0, beta.W2),
            Vector256.Create(0, beta.W3, 0, beta.W3),
            out FieldLanes lambda);
        FieldLanes.Multiply(sum.X, lambda, out sum.X);
        FieldLanes.SwapNeighbours(sum.X, out other.X);
        FieldLanes.SwapNeighbours(sum.Y, out other.Y);
        FieldLanes.SwapNeighbours(sum.ZZ, out other.ZZ);
        FieldLanes.SwapNeighbours(sum.ZZZ, out other.ZZZ);
        PointLanes.Add(ref sum, other);
    }

    /// <summary>True when the point in lane 0 is the nonce point of the signature.</summary>
    private static bool Is(in PointLanes sum, in Words256 r, int recoveryId)
    {
        Words256 denominator = FieldLanes.Lane(sum.ZZZ, 0);
        if (denominator.IsZero || FieldLanes.Lane(sum.X, 0) != Modulus.Field.Multiply(r, FieldLanes.Lane(sum.ZZ, 0)))
        {
            return false; // an addition that its formula does not cover, or another x
        }

        Words256 y = Modulus.Field.Multiply(FieldLanes.Lane(sum.Y, 0), Modulus.Field.Invert(denominator));
        return y.IsOdd == (recoveryId == 1);
    }

    /// <summary>Loads four numbers of four words each into the lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Load(ulong* number0, ulong* number1, ulong* number2, ulong* number3, out FieldLanes lanes)
    {
        var a = Vector256.Load(number0);
        var b = Vector256.Load(number1);
        var c = Vector256.Load(number2);
        var d = Vector256.Load(number3);
        Vector256<ulong> ab02 = Avx2.UnpackLow(a, b);
        Vector256<ulong> ab13 = Avx2.UnpackHigh(a, b);
        Vector256<ulong> cd02 = Avx2.UnpackLow(c, d);
        Vector256<ulong> cd13 = Avx2.UnpackHigh(c, d);
        FieldLanes.Unpack(
            Avx2.Permute2x128(ab02, cd02, 0x20),
            Avx2.Permute2x128(ab13, cd13, 0x20),
            Avx2.Permute2x128(ab02, cd02, 0x31),
            Avx2.Permute2x128(ab13, cd13, 0x31),
            out lanes);
    }
}
