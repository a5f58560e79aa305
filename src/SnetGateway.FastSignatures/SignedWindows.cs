namespace SnetGateway.FastSignatures;

/// <summary>
/// Splits a multiple u of a point P into digits that are indexes into a <see cref="KeyTable"/>.
/// </summary>
/// <remarks>
/// <para>
/// The curve has an endomorphism: lambda P is (beta x, y), which is a single multiplication. So u is written as k1 + lambda k2 with halves
/// of about 128 bits, and one table of multiples serves both.
/// </para>
/// <para>
/// Each half is split into <see cref="Count"/> digits, all of them odd: 2 d + 1 with d from -2^(Bits-1) to 2^(Bits-1) - 1. No digit is
/// zero, so four sums can run in parallel without skipping a step. As sum(2 d_i + 1) 2^(Bits i) = 2 D + S with D = sum d_i 2^(Bits i) and S
/// = sum 2^(Bits i), the value that is split into halves is (u - S (1 + lambda)) / 2 modulo n, and its halves are the D. The digits d_i +
/// 2^(Bits-1) of D + 2^(Bits-1) S are those of a positive number.
/// </para>
/// </remarks>
internal static class SignedWindows
{
    /// <summary>Bits of a digit. With 6 there would be 22 digits instead of 19, and tables of 44 KiB instead of 76.</summary>
    public const int Bits = 7;

    /// <summary>Digits of a half: 133 bits, enough for 128 bits and a sign.</summary>
    public const int Count = 19;

    /// <summary>S (1 + lambda) modulo n.</summary>
    private static Words256 Odd => new(0xFD377E29C99780A0, 0x630838CFA9A2CCBE, 0x21F61E5CF55F179E, 0xC5EE9CD868BEAB7B);

    // 2^(Bits-1) S.
    private const ulong Offset0 = 0x4081020408102040;
    private const ulong Offset1 = 0x2040810204081020;
    private const ulong Offset2 = 0x0000000000000010;

    // 2^384 b2 / n and -2^384 b1 / n: factors for finding the nearest vector of the lattice (a1, b1), (a2, b2), all of whose vectors have
    // a + lambda b = 0 modulo n. b2 = a1.
    private static Words256 G1 => new(0xE893209A45DBB030, 0x3DAA8A1471E8CA7F, 0xE86C90E49284EB15, 0x3086D221A7D46BCD);

    private static Words256 G2 => new(0x1571B4AE8AC47F71, 0x221208AC9DF506C6, 0x6F547FA90ABFE4C4, 0xE4437ED6010E8828);

    private static Words256 A1 => new(0xE86C90E49284EB15, 0x3086D221A7D46BCD, 0, 0);

    private static Words256 MinusB1 => new(0x6F547FA90ABFE4C3, 0xE4437ED6010E8828, 0, 0);

    private static Words256 A2 => new(0x57C1108D9D44CFD8, 0x14CA50F7A8E2F3F6, 1, 0);

    /// <summary>
    /// The digits of u's two halves, each half as one number of <see cref="Count"/> digits d + 2^(Bits-1). False if a half is too large.
    /// The lattice's size excludes that, but it is checked.
    /// </summary>
    /// <param name="u">A scalar in [0, n).</param>
    /// <param name="first">Digits of the half that multiplies P.</param>
    /// <param name="second">Digits of the half that multiplies lambda P.</param>
    public static bool TrySplit(in Words256 u, out Words256 first, out Words256 second)
    {
        Words256 scalar = Modulus.Order.Half(Modulus.Order.Subtract(u, Odd));
        Words256 c1 = MultiplyAndShift(scalar, G1);
        Words256 c2 = MultiplyAndShift(scalar, G2);

        // (k1, k2) = (scalar, 0) - c1 (a1, b1) - c2 (a2, b2), modulo 2^256: the halves are small, so the truncation loses nothing.
        var offset = new Words256(Offset0, Offset1, Offset2, 0);
        first = Words256.Subtract(Words256.Add(scalar, offset, out _), Multiply(c1, A1), out _);
        first = Words256.Subtract(first, Multiply(c2, A2), out _);
        second = Words256.Subtract(Words256.Add(Multiply(c1, MinusB1), offset, out _), Multiply(c2, A1), out _);
        return ((first.W2 | second.W2) >> ((Bits * Count) - 128)) == 0 && (first.W3 | second.W3) == 0;
    }

    /// <summary>a b / 2^384, which has two words.</summary>
    private static Words256 MultiplyAndShift(in Words256 a, in Words256 b)
    {
        Words256.MultiplyAdd(a, b, default, out Words256 high);
        return new Words256(high.W2, high.W3, 0, 0);
    }

    /// <summary>a b, where b has two words and the product four.</summary>
    private static Words256 Multiply(in Words256 b, in Words256 a)
    {
        var row = Words256.MultiplyAdd(a, b.W0, default, out _);
        var next = Words256.MultiplyAdd(a, b.W1, new Words256(row.W1, row.W2, row.W3, 0), out _);
        return new Words256(row.W0, next.W0, next.W1, next.W2);
    }
}
