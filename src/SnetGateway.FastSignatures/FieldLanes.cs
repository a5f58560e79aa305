using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace SnetGateway.FastSignatures;

/// <summary>
/// Four numbers modulo p = 2^256 - 2^32 - 977, one in each 64-bit lane, so that one AVX2 instruction computes a step for all four. For
/// public data only: the time depends on the values.
/// </summary>
/// <remarks>
/// <para>
/// A number is nine signed limbs of 29 bits: the sum of V_i 2^(29 i). With signed limbs a difference needs no added multiple of p, and with
/// 29 bits the sum of a whole column of products fits into 64 bits.
/// </para>
/// <para>
/// Bounds. A number "of size m" has |V_0..V_7| at most m (2^28 + 2^24) and |V_8| at most m (2^23 + 2^19). Results of
/// <see cref="Multiply"/>, <see cref="Square"/> and <see cref="SquareMinus"/> have size 1; a number unpacked from 256 bits has size 2
/// (<see cref="Unpack"/>); sums and differences have the sum of the sizes. <see cref="Multiply"/> takes sizes up to 6, so that a limb fits
/// into 32 bits, and a product of sizes up to 12: a column of nine products then stays below 9 * 12 * 1.07^2 * 2^56 &lt; 2^62.95, and
/// adding less than 2^45 to it keeps it below 2^63. Squares take size 3, because a doubled limb must fit into 32 bits. FieldLanesTests
/// checks these bounds with exact arithmetic.
/// </para>
/// </remarks>
internal unsafe struct FieldLanes
{
    public Vector256<long> V0, V1, V2, V3, V4, V5, V6, V7, V8;

    /// <summary>Bits of a limb.</summary>
    public const int LimbBits = 29;

    private const int TopBits = 24; // of the last limb, so that nine have 256
    private const long LimbMask = (1L << LimbBits) - 1;

    // A limb is split off a column by rounding: with the bias the column is positive, and a logical shift and a mask give the two parts.
    // The shifted bias moves to the next column with the carry, so that column's own bias is smaller by it.
    private const long ColumnBias = long.MinValue + (1L << (LimbBits - 1));
    private const long ShiftedBias = 1L << (63 - LimbBits);

    /// <summary>True when the processor supports AVX2.</summary>
    public static bool IsSupported => Avx2.IsSupported;

    private static Vector256<long> FirstBias => Vector256.Create(ColumnBias);

    private static Vector256<long> NextBias => Vector256.Create(unchecked(ColumnBias - ShiftedBias));

    private static Vector256<long> CarryOfBias => Vector256.Create(ShiftedBias);

    private static Vector256<long> TopBias => Vector256.Create(unchecked(long.MinValue + (1L << (TopBits - 1)) - ShiftedBias));

    private static Vector256<long> CarryOfTopBias => Vector256.Create(1L << (63 - TopBits));

    private static Vector256<long> TopMask => Vector256.Create((1L << TopBits) - 1);

    private static Vector256<long> TopHalf => Vector256.Create(1L << (TopBits - 1));

    // 2^261 = 2^5 (2^32 + 977) = 2^29 2^8 + 31264 modulo p, and 2^256 = 2^29 2^3 + 977.
    private static Vector256<long> Fold => Vector256.Create(31_264L);

    private static Vector256<long> TopFold => Vector256.Create(977L);

    /// <summary>r = a b. The sizes are at most 6, and their product at most 12. r may be a or b.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(in FieldLanes a, in FieldLanes b, out FieldLanes r)
    {
        Vector256<long>* column = stackalloc Vector256<long>[18];
        Vector256<long> a0 = a.V0;
        Vector256<long> a1 = a.V1;
        Vector256<long> a2 = a.V2;
        Vector256<long> a3 = a.V3;
        Vector256<long> a4 = a.V4;
        Vector256<long> a5 = a.V5;
        Vector256<long> a6 = a.V6;
        Vector256<long> a7 = a.V7;
        Vector256<long> a8 = a.V8;

        Vector256<long> s = FirstBias + X(a0, b.V8);
        s += X(a1, b.V7);
        s += X(a2, b.V6);
        s += X(a3, b.V5);
        s += X(a4, b.V4);
        s += X(a5, b.V3);
        s += X(a6, b.V2);
        s += X(a7, b.V1);
        s += X(a8, b.V0);
        Vector256<long> t = s;
        column[8] = Low(t);
        s = NextBias + X(a1, b.V8);
        s += X(a2, b.V7);
        s += X(a3, b.V6);
        s += X(a4, b.V5);
        s += X(a5, b.V4);
        s += X(a6, b.V3);
        s += X(a7, b.V2);
        s += X(a8, b.V1);
        t = s + Carry(t);
        column[9] = Low(t);
        s = NextBias + X(a2, b.V8);
        s += X(a3, b.V7);
        s += X(a4, b.V6);
        s += X(a5, b.V5);
        s += X(a6, b.V4);
        s += X(a7, b.V3);
        s += X(a8, b.V2);
        t = s + Carry(t);
        column[10] = Low(t);
        s = NextBias + X(a3, b.V8);
        s += X(a4, b.V7);
        s += X(a5, b.V6);
        s += X(a6, b.V5);
        s += X(a7, b.V4);
        s += X(a8, b.V3);
        t = s + Carry(t);
        column[11] = Low(t);
        s = NextBias + X(a4, b.V8);
        s += X(a5, b.V7);
        s += X(a6, b.V6);
        s += X(a7, b.V5);
        s += X(a8, b.V4);
        t = s + Carry(t);
        column[12] = Low(t);
        s = NextBias + X(a5, b.V8);
        s += X(a6, b.V7);
        s += X(a7, b.V6);
        s += X(a8, b.V5);
        t = s + Carry(t);
        column[13] = Low(t);
        s = NextBias + X(a6, b.V8);
        s += X(a7, b.V7);
        s += X(a8, b.V6);
        t = s + Carry(t);
        column[14] = Low(t);
        s = NextBias + X(a7, b.V8);
        s += X(a8, b.V7);
        t = s + Carry(t);
        column[15] = Low(t);
        s = NextBias + X(a8, b.V8);
        t = s + Carry(t);
        column[16] = Low(t);

        column[17] = Carry(t) - CarryOfBias;
        Vector256<long> first = column[9] + (column[17] << 8);

        s = FirstBias + X(a0, b.V0);
        s += X(Fold, first);
        t = s;
        column[0] = Low(t);
        s = NextBias + X(a0, b.V1);
        s += X(a1, b.V0);
        s += X(Fold, column[10]);
        s += first << 8;
        t = s + Carry(t);
        column[1] = Low(t);
        s = NextBias + X(a0, b.V2);
        s += X(a1, b.V1);
        s += X(a2, b.V0);
        s += X(Fold, column[11]);
        s += column[10] << 8;
        t = s + Carry(t);
        column[2] = Low(t);
        s = NextBias + X(a0, b.V3);
        s += X(a1, b.V2);
        s += X(a2, b.V1);
        s += X(a3, b.V0);
        s += X(Fold, column[12]);
        s += column[11] << 8;
        t = s + Carry(t);
        column[3] = Low(t);
        s = NextBias + X(a0, b.V4);
        s += X(a1, b.V3);
        s += X(a2, b.V2);
        s += X(a3, b.V1);
        s += X(a4, b.V0);
        s += X(Fold, column[13]);
        s += column[12] << 8;
        t = s + Carry(t);
        column[4] = Low(t);
        s = NextBias + X(a0, b.V5);
        s += X(a1, b.V4);
        s += X(a2, b.V3);
        s += X(a3, b.V2);
        s += X(a4, b.V1);
        s += X(a5, b.V0);
        s += X(Fold, column[14]);
        s += column[13] << 8;
        t = s + Carry(t);
        column[5] = Low(t);
        s = NextBias + X(a0, b.V6);
        s += X(a1, b.V5);
        s += X(a2, b.V4);
        s += X(a3, b.V3);
        s += X(a4, b.V2);
        s += X(a5, b.V1);
        s += X(a6, b.V0);
        s += X(Fold, column[15]);
        s += column[14] << 8;
        t = s + Carry(t);
        column[6] = Low(t);
        s = NextBias + X(a0, b.V7);
        s += X(a1, b.V6);
        s += X(a2, b.V5);
        s += X(a3, b.V4);
        s += X(a4, b.V3);
        s += X(a5, b.V2);
        s += X(a6, b.V1);
        s += X(a7, b.V0);
        s += X(Fold, column[16]);
        s += column[15] << 8;
        t = s + Carry(t);
        column[7] = Low(t);
        s = TopBias + column[8];
        s += X(Fold, column[17]);
        s += column[16] << 8;
        t = s + Carry(t);
        Vector256<long> top = Vector256.ShiftRightLogical(t, TopBits) - CarryOfTopBias;
        r.V0 = column[0] + X(top, TopFold);
        r.V1 = column[1] + (top << 3);
        r.V2 = column[2];
        r.V3 = column[3];
        r.V4 = column[4];
        r.V5 = column[5];
        r.V6 = column[6];
        r.V7 = column[7];
        r.V8 = (t & TopMask) - TopHalf;
    }

    /// <summary>r = a a. The size is at most 3. r may be a.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Square(in FieldLanes a, out FieldLanes r)
    {
        Vector256<long>* column = stackalloc Vector256<long>[18];
        Vector256<long>* twice = stackalloc Vector256<long>[8];
        Vector256<long> a0 = a.V0;
        Vector256<long> a1 = a.V1;
        Vector256<long> a2 = a.V2;
        Vector256<long> a3 = a.V3;
        Vector256<long> a4 = a.V4;
        Vector256<long> a5 = a.V5;
        Vector256<long> a6 = a.V6;
        Vector256<long> a7 = a.V7;
        Vector256<long> a8 = a.V8;
        twice[0] = a0 + a0;
        twice[1] = a1 + a1;
        twice[2] = a2 + a2;
        twice[3] = a3 + a3;
        twice[4] = a4 + a4;
        twice[5] = a5 + a5;
        twice[6] = a6 + a6;
        twice[7] = a7 + a7;

        Vector256<long> s = FirstBias + X(a8, twice[0]);
        s += X(a7, twice[1]);
        s += X(a6, twice[2]);
        s += X(a5, twice[3]);
        s += X(a4, a4);
        Vector256<long> t = s;
        column[8] = Low(t);
        s = NextBias + X(a8, twice[1]);
        s += X(a7, twice[2]);
        s += X(a6, twice[3]);
        s += X(a5, twice[4]);
        t = s + Carry(t);
        column[9] = Low(t);
        s = NextBias + X(a8, twice[2]);
        s += X(a7, twice[3]);
        s += X(a6, twice[4]);
        s += X(a5, a5);
        t = s + Carry(t);
        column[10] = Low(t);
        s = NextBias + X(a8, twice[3]);
        s += X(a7, twice[4]);
        s += X(a6, twice[5]);
        t = s + Carry(t);
        column[11] = Low(t);
        s = NextBias + X(a8, twice[4]);
        s += X(a7, twice[5]);
        s += X(a6, a6);
        t = s + Carry(t);
        column[12] = Low(t);
        s = NextBias + X(a8, twice[5]);
        s += X(a7, twice[6]);
        t = s + Carry(t);
        column[13] = Low(t);
        s = NextBias + X(a8, twice[6]);
        s += X(a7, a7);
        t = s + Carry(t);
        column[14] = Low(t);
        s = NextBias + X(a8, twice[7]);
        t = s + Carry(t);
        column[15] = Low(t);
        s = NextBias + X(a8, a8);
        t = s + Carry(t);
        column[16] = Low(t);

        column[17] = Carry(t) - CarryOfBias;
        Vector256<long> first = column[9] + (column[17] << 8);

        s = FirstBias + X(a0, a0);
        s += X(Fold, first);
        t = s;
        column[0] = Low(t);
        s = NextBias + X(a1, twice[0]);
        s += X(Fold, column[10]);
        s += first << 8;
        t = s + Carry(t);
        column[1] = Low(t);
        s = NextBias + X(a2, twice[0]);
        s += X(a1, a1);
        s += X(Fold, column[11]);
        s += column[10] << 8;
        t = s + Carry(t);
        column[2] = Low(t);
        s = NextBias + X(a3, twice[0]);
        s += X(a2, twice[1]);
        s += X(Fold, column[12]);
        s += column[11] << 8;
        t = s + Carry(t);
        column[3] = Low(t);
        s = NextBias + X(a4, twice[0]);
        s += X(a3, twice[1]);
        s += X(a2, a2);
        s += X(Fold, column[13]);
        s += column[12] << 8;
        t = s + Carry(t);
        column[4] = Low(t);
        s = NextBias + X(a5, twice[0]);
        s += X(a4, twice[1]);
        s += X(a3, twice[2]);
        s += X(Fold, column[14]);
        s += column[13] << 8;
        t = s + Carry(t);
        column[5] = Low(t);
        s = NextBias + X(a6, twice[0]);
        s += X(a5, twice[1]);
        s += X(a4, twice[2]);
        s += X(a3, a3);
        s += X(Fold, column[15]);
        s += column[14] << 8;
        t = s + Carry(t);
        column[6] = Low(t);
        s = NextBias + X(a7, twice[0]);
        s += X(a6, twice[1]);
        s += X(a5, twice[2]);
        s += X(a4, twice[3]);
        s += X(Fold, column[16]);
        s += column[15] << 8;
        t = s + Carry(t);
        column[7] = Low(t);
        s = TopBias + column[8];
        s += X(Fold, column[17]);
        s += column[16] << 8;
        t = s + Carry(t);
        Vector256<long> top = Vector256.ShiftRightLogical(t, TopBits) - CarryOfTopBias;
        r.V0 = column[0] + X(top, TopFold);
        r.V1 = column[1] + (top << 3);
        r.V2 = column[2];
        r.V3 = column[3];
        r.V4 = column[4];
        r.V5 = column[5];
        r.V6 = column[6];
        r.V7 = column[7];
        r.V8 = (t & TopMask) - TopHalf;
    }

    /// <summary>r = a a - m. The size of a is at most 3, that of m at most 16. r may be a or m.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SquareMinus(in FieldLanes a, in FieldLanes m, out FieldLanes r)
    {
        Vector256<long>* column = stackalloc Vector256<long>[18];
        Vector256<long>* twice = stackalloc Vector256<long>[8];
        Vector256<long> a0 = a.V0;
        Vector256<long> a1 = a.V1;
        Vector256<long> a2 = a.V2;
        Vector256<long> a3 = a.V3;
        Vector256<long> a4 = a.V4;
        Vector256<long> a5 = a.V5;
        Vector256<long> a6 = a.V6;
        Vector256<long> a7 = a.V7;
        Vector256<long> a8 = a.V8;
        twice[0] = a0 + a0;
        twice[1] = a1 + a1;
        twice[2] = a2 + a2;
        twice[3] = a3 + a3;
        twice[4] = a4 + a4;
        twice[5] = a5 + a5;
        twice[6] = a6 + a6;
        twice[7] = a7 + a7;

        Vector256<long> s = FirstBias + X(a8, twice[0]);
        s += X(a7, twice[1]);
        s += X(a6, twice[2]);
        s += X(a5, twice[3]);
        s += X(a4, a4);
        Vector256<long> t = s;
        column[8] = Low(t);
        s = NextBias + X(a8, twice[1]);
        s += X(a7, twice[2]);
        s += X(a6, twice[3]);
        s += X(a5, twice[4]);
        t = s + Carry(t);
        column[9] = Low(t);
        s = NextBias + X(a8, twice[2]);
        s += X(a7, twice[3]);
        s += X(a6, twice[4]);
        s += X(a5, a5);
        t = s + Carry(t);
        column[10] = Low(t);
        s = NextBias + X(a8, twice[3]);
        s += X(a7, twice[4]);
        s += X(a6, twice[5]);
        t = s + Carry(t);
        column[11] = Low(t);
        s = NextBias + X(a8, twice[4]);
        s += X(a7, twice[5]);
        s += X(a6, a6);
        t = s + Carry(t);
        column[12] = Low(t);
        s = NextBias + X(a8, twice[5]);
        s += X(a7, twice[6]);
        t = s + Carry(t);
        column[13] = Low(t);
        s = NextBias + X(a8, twice[6]);
        s += X(a7, a7);
        t = s + Carry(t);
        column[14] = Low(t);
        s = NextBias + X(a8, twice[7]);
        t = s + Carry(t);
        column[15] = Low(t);
        s = NextBias + X(a8, a8);
        t = s + Carry(t);
        column[16] = Low(t);

        column[17] = Carry(t) - CarryOfBias;
        Vector256<long> first = column[9] + (column[17] << 8);

        s = FirstBias + X(a0, a0);
        s += X(Fold, first);
        s -= m.V0;
        t = s;
        column[0] = Low(t);
        s = NextBias + X(a1, twice[0]);
        s += X(Fold, column[10]);
        s += first << 8;
        s -= m.V1;
        t = s + Carry(t);
        column[1] = Low(t);
        s = NextBias + X(a2, twice[0]);
        s += X(a1, a1);
        s += X(Fold, column[11]);
        s += column[10] << 8;
        s -= m.V2;
        t = s + Carry(t);
        column[2] = Low(t);
        s = NextBias + X(a3, twice[0]);
        s += X(a2, twice[1]);
        s += X(Fold, column[12]);
        s += column[11] << 8;
        s -= m.V3;
        t = s + Carry(t);
        column[3] = Low(t);
        s = NextBias + X(a4, twice[0]);
        s += X(a3, twice[1]);
        s += X(a2, a2);
        s += X(Fold, column[13]);
        s += column[12] << 8;
        s -= m.V4;
        t = s + Carry(t);
        column[4] = Low(t);
        s = NextBias + X(a5, twice[0]);
        s += X(a4, twice[1]);
        s += X(a3, twice[2]);
        s += X(Fold, column[14]);
        s += column[13] << 8;
        s -= m.V5;
        t = s + Carry(t);
        column[5] = Low(t);
        s = NextBias + X(a6, twice[0]);
        s += X(a5, twice[1]);
        s += X(a4, twice[2]);
        s += X(a3, a3);
        s += X(Fold, column[15]);
        s += column[14] << 8;
        s -= m.V6;
        t = s + Carry(t);
        column[6] = Low(t);
        s = NextBias + X(a7, twice[0]);
        s += X(a6, twice[1]);
        s += X(a5, twice[2]);
        s += X(a4, twice[3]);
        s += X(Fold, column[16]);
        s += column[15] << 8;
        s -= m.V7;
        t = s + Carry(t);
        column[7] = Low(t);
        s = TopBias + column[8];
        s += X(Fold, column[17]);
        s += column[16] << 8;
        s -= m.V8;
        t = s + Carry(t);
        Vector256<long> top = Vector256.ShiftRightLogical(t, TopBits) - CarryOfTopBias;
        r.V0 = column[0] + X(top, TopFold);
        r.V1 = column[1] + (top << 3);
        r.V2 = column[2];
        r.V3 = column[3];
        r.V4 = column[4];
        r.V5 = column[5];
        r.V6 = column[6];
        r.V7 = column[7];
        r.V8 = (t & TopMask) - TopHalf;
    }

    /// <summary>r = a - b. The sizes add up.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Subtract(in FieldLanes a, in FieldLanes b, out FieldLanes r)
    {
        r.V0 = a.V0 - b.V0;
        r.V1 = a.V1 - b.V1;
        r.V2 = a.V2 - b.V2;
        r.V3 = a.V3 - b.V3;
        r.V4 = a.V4 - b.V4;
        r.V5 = a.V5 - b.V5;
        r.V6 = a.V6 - b.V6;
        r.V7 = a.V7 - b.V7;
        r.V8 = a.V8 - b.V8;
    }

    /// <summary>r = a + b. The sizes add up.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(in FieldLanes a, in FieldLanes b, out FieldLanes r)
    {
        r.V0 = a.V0 + b.V0;
        r.V1 = a.V1 + b.V1;
        r.V2 = a.V2 + b.V2;
        r.V3 = a.V3 + b.V3;
        r.V4 = a.V4 + b.V4;
        r.V5 = a.V5 + b.V5;
        r.V6 = a.V6 + b.V6;
        r.V7 = a.V7 + b.V7;
        r.V8 = a.V8 + b.V8;
    }

    /// <summary>r = a + 2 b. The sizes add up.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddTwice(in FieldLanes a, in FieldLanes b, out FieldLanes r)
    {
        r.V0 = a.V0 + b.V0 + b.V0;
        r.V1 = a.V1 + b.V1 + b.V1;
        r.V2 = a.V2 + b.V2 + b.V2;
        r.V3 = a.V3 + b.V3 + b.V3;
        r.V4 = a.V4 + b.V4 + b.V4;
        r.V5 = a.V5 + b.V5 + b.V5;
        r.V6 = a.V6 + b.V6 + b.V6;
        r.V7 = a.V7 + b.V7 + b.V7;
        r.V8 = a.V8 + b.V8 + b.V8;
    }

    /// <summary>r = -a in the lanes whose <paramref name="mask"/> is all ones, and a where it is zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void NegateWhere(in FieldLanes a, Vector256<long> mask, out FieldLanes r)
    {
        r.V0 = (a.V0 ^ mask) - mask;
        r.V1 = (a.V1 ^ mask) - mask;
        r.V2 = (a.V2 ^ mask) - mask;
        r.V3 = (a.V3 ^ mask) - mask;
        r.V4 = (a.V4 ^ mask) - mask;
        r.V5 = (a.V5 ^ mask) - mask;
        r.V6 = (a.V6 ^ mask) - mask;
        r.V7 = (a.V7 ^ mask) - mask;
        r.V8 = (a.V8 ^ mask) - mask;
    }

    /// <summary>Copies a into the lanes of r whose <paramref name="mask"/> is all ones.</summary>
    public static void Select(Vector256<long> mask, in FieldLanes a, ref FieldLanes r)
    {
        r.V0 = Vector256.ConditionalSelect(mask, a.V0, r.V0);
        r.V1 = Vector256.ConditionalSelect(mask, a.V1, r.V1);
        r.V2 = Vector256.ConditionalSelect(mask, a.V2, r.V2);
        r.V3 = Vector256.ConditionalSelect(mask, a.V3, r.V3);
        r.V4 = Vector256.ConditionalSelect(mask, a.V4, r.V4);
        r.V5 = Vector256.ConditionalSelect(mask, a.V5, r.V5);
        r.V6 = Vector256.ConditionalSelect(mask, a.V6, r.V6);
        r.V7 = Vector256.ConditionalSelect(mask, a.V7, r.V7);
        r.V8 = Vector256.ConditionalSelect(mask, a.V8, r.V8);
    }

    /// <summary>
    /// Unpacks four numbers of 256 bits, given as 64-bit words, least significant first, with one lane for each number. Size 2.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Unpack(
        Vector256<ulong> word0, Vector256<ulong> word1, Vector256<ulong> word2, Vector256<ulong> word3, out FieldLanes r)
    {
        var mask = Vector256.Create((ulong)LimbMask);
        r.V0 = (word0 & mask).AsInt64();
        r.V1 = ((word0 >>> 29) & mask).AsInt64();
        r.V2 = (((word0 >>> 58) | (word1 << 6)) & mask).AsInt64();
        r.V3 = ((word1 >>> 23) & mask).AsInt64();
        r.V4 = (((word1 >>> 52) | (word2 << 12)) & mask).AsInt64();
        r.V5 = ((word2 >>> 17) & mask).AsInt64();
        r.V6 = (((word2 >>> 46) | (word3 << 18)) & mask).AsInt64();
        r.V7 = ((word3 >>> 11) & mask).AsInt64();
        r.V8 = (word3 >>> 40).AsInt64();
    }

    /// <summary>The same number in all four lanes. Size 2.</summary>
    public static void Broadcast(in Words256 number, out FieldLanes r) =>
        Unpack(Vector256.Create(number.W0), Vector256.Create(number.W1), Vector256.Create(number.W2), Vector256.Create(number.W3), out r);

    /// <summary>Permutes lanes: lane i of r is lane i ^ 2 of a.</summary>
    public static void SwapHalves(in FieldLanes a, out FieldLanes r)
    {
        r.V0 = Avx2.Permute4x64(a.V0, 0x4E);
        r.V1 = Avx2.Permute4x64(a.V1, 0x4E);
        r.V2 = Avx2.Permute4x64(a.V2, 0x4E);
        r.V3 = Avx2.Permute4x64(a.V3, 0x4E);
        r.V4 = Avx2.Permute4x64(a.V4, 0x4E);
        r.V5 = Avx2.Permute4x64(a.V5, 0x4E);
        r.V6 = Avx2.Permute4x64(a.V6, 0x4E);
        r.V7 = Avx2.Permute4x64(a.V7, 0x4E);
        r.V8 = Avx2.Permute4x64(a.V8, 0x4E);
    }

    /// <summary>Permutes lanes: lane i of r is lane i ^ 1 of a.</summary>
    public static void SwapNeighbours(in FieldLanes a, out FieldLanes r)
    {
        r.V0 = Avx2.Permute4x64(a.V0, 0xB1);
        r.V1 = Avx2.Permute4x64(a.V1, 0xB1);
        r.V2 = Avx2.Permute4x64(a.V2, 0xB1);
        r.V3 = Avx2.Permute4x64(a.V3, 0xB1);
        r.V4 = Avx2.Permute4x64(a.V4, 0xB1);
        r.V5 = Avx2.Permute4x64(a.V5, 0xB1);
        r.V6 = Avx2.Permute4x64(a.V6, 0xB1);
        r.V7 = Avx2.Permute4x64(a.V7, 0xB1);
        r.V8 = Avx2.Permute4x64(a.V8, 0xB1);
    }

    /// <summary>The number in one lane, in [0, p). The size is at most 2.</summary>
    public static Words256 Lane(in FieldLanes a, int lane)
    {
        // 4 p is added limb by limb, which exceeds the most negative number of size 2.
        fixed (Vector256<long>* lanes = &a.V0)
        {
            long* limb = (long*)lanes + lane;
            long c0 = limb[0] + 0x1FFFF0BC;
            long c1 = limb[4] + 0x1FFFFFDF + (c0 >> LimbBits);
            long c2 = limb[8] + LimbMask + (c1 >> LimbBits);
            long c3 = limb[12] + LimbMask + (c2 >> LimbBits);
            long c4 = limb[16] + LimbMask + (c3 >> LimbBits);
            long c5 = limb[20] + LimbMask + (c4 >> LimbBits);
            long c6 = limb[24] + LimbMask + (c5 >> LimbBits);
            long c7 = limb[28] + LimbMask + (c6 >> LimbBits);
            long c8 = limb[32] + 0x3FFFFFF + (c7 >> LimbBits);
            ulong l2 = (ulong)(c2 & LimbMask);
            ulong l4 = (ulong)(c4 & LimbMask);
            ulong l6 = (ulong)(c6 & LimbMask);
            var low = new Words256(
                (ulong)(c0 & LimbMask) | ((ulong)(c1 & LimbMask) << 29) | (l2 << 58),
                (l2 >> 6) | ((ulong)(c3 & LimbMask) << 23) | (l4 << 52),
                (l4 >> 12) | ((ulong)(c5 & LimbMask) << 17) | (l6 << 46),
                (l6 >> 18) | ((ulong)(c7 & LimbMask) << 11) | ((ulong)c8 << 40));
            return Modulus.Field.Reduce(low, (ulong)(c8 >> TopBits));
        }
    }

    /// <summary>
    /// r = 1/a, with one inversion for all four lanes (Montgomery's trick). False if one of them is 0. The size is at most 2.
    /// </summary>
    public static bool TryInvert(in FieldLanes a, out FieldLanes r)
    {
        Modulus field = Modulus.Field;
        Words256 a0 = Lane(a, 0);
        Words256 a1 = Lane(a, 1);
        Words256 a2 = Lane(a, 2);
        Words256 a3 = Lane(a, 3);
        Words256 a01 = field.Multiply(a0, a1);
        Words256 a23 = field.Multiply(a2, a3);
        Words256 all = field.Multiply(a01, a23);
        Words256 inverse = field.Invert(all);
        Words256 i01 = field.Multiply(inverse, a23);
        Words256 i23 = field.Multiply(inverse, a01);
        Words256 i0 = field.Multiply(i01, a1);
        Words256 i1 = field.Multiply(i01, a0);
        Words256 i2 = field.Multiply(i23, a3);
        Words256 i3 = field.Multiply(i23, a2);
        Unpack(
            Vector256.Create(i0.W0, i1.W0, i2.W0, i3.W0),
            Vector256.Create(i0.W1, i1.W1, i2.W1, i3.W1),
            Vector256.Create(i0.W2, i1.W2, i2.W2, i3.W2),
            Vector256.Create(i0.W3, i1.W3, i2.W3, i3.W3),
            out r);
        return !all.IsZero;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<long> X(Vector256<long> a, Vector256<long> b) => Avx2.Multiply(a.AsInt32(), b.AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<long> Low(Vector256<long> column) =>
        (column & Vector256.Create(LimbMask)) - Vector256.Create(1L << (LimbBits - 1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<long> Carry(Vector256<long> column) => Vector256.ShiftRightLogical(column, LimbBits);
}
