using System.Numerics;
using System.Runtime.CompilerServices;

namespace SnetGateway.FastSignatures;

/// <summary>
/// Modular inversion by the division steps of Bernstein and Yang ("Fast constant-time gcd computation and modular inversion", 2019), in the
/// variable-time variant described by libsecp256k1 (doc/safegcd_implementation.md): 62 steps at a time on the lowest words only give a 2x2
/// matrix, which is then applied to the whole numbers. Numbers are five signed limbs of 62 bits.
/// </summary>
internal sealed class Divsteps
{
    private const int LimbBits = 62;
    private const long LimbMask = (1L << LimbBits) - 1;

    private readonly Limbs _modulus;
    private readonly ulong _inverseOfModulus; // modulo 2^62

    public Divsteps(in Words256 modulus)
    {
        _modulus = Split(modulus);

        // Newton's iteration doubles the number of correct bits: an odd number is its own inverse in 3 bits, then 6, 12, 24, 48, 96.
        ulong inverse = modulus.W0;
        for (int i = 0; i < 5; i++)
        {
            inverse *= 2 - (modulus.W0 * inverse);
        }

        _inverseOfModulus = inverse & LimbMask;
    }

    /// <summary>1/a for a number below the modulus; 0 for 0.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public Words256 Invert(in Words256 a)
    {
        Limbs d = default;
        Limbs e = default;
        e[0] = 1;
        Limbs f = _modulus;
        Limbs g = Split(a);
        long eta = -1;
        int length = Limbs.Count;
        while (true)
        {
            eta = Steps(eta, (ulong)f[0], (ulong)g[0], out Matrix matrix);
            UpdateCofactors(ref d, ref e, matrix);
            UpdateNumbers(ref f, ref g, matrix, length);
            long left = 0;
            for (int i = 0; i < length; i++)
            {
                left |= g[i];
            }

            if (left == 0)
            {
                return Normalize(d, negative: f[length - 1] < 0);
            }

            // One limb less when the last limb of both holds only the sign.
            long lastF = f[length - 1];
            long lastG = g[length - 1];
            if (length > 1 && (lastF ^ (lastF >> 63)) == 0 && (lastG ^ (lastG >> 63)) == 0)
            {
                f[length - 2] |= lastF << LimbBits;
                g[length - 2] |= lastG << LimbBits;
                length--;
            }
        }
    }

    /// <summary>62 division steps, several together where the number of zero bits and the range of eta allow it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static long Steps(long eta, ulong f, ulong g, out Matrix matrix)
    {
        ulong u = 1;
        ulong v = 0;
        ulong q = 0;
        ulong r = 1;
        int left = LimbBits;
        while (true)
        {
            // All halving steps together: one for each trailing zero bit of g.
            int zeros = BitOperations.TrailingZeroCount(g | (ulong.MaxValue << left));
            g >>= zeros;
            u <<= zeros;
            v <<= zeros;
            eta -= zeros;
            left -= zeros;
            if (left == 0)
            {
                break;
            }

            ulong w;
            if (eta < 0)
            {
                eta = -eta;
                (f, g) = (g, 0 - f);
                (u, q) = (q, 0 - u);
                (v, r) = (r, 0 - v);

                // f (f^2 - 2) is -1/f modulo 2^6, so at most six bits of g are cancelled.
                w = f * g * ((f * f) - 2) & Limit(eta, left) & 63;
            }
            else
            {
                // f + 8 ((f + 1) / 4 mod 2) is 1/f modulo 2^4, so at most four bits.
                w = f + (((f + 1) & 4) << 1);
                w = (0 - w) * g & Limit(eta, left) & 15;
            }

            g += f * w;
            q += u * w;
            r += v * w;
        }

        matrix = new Matrix((long)u, (long)v, (long)q, (long)r);
        return eta;
    }

    /// <summary>A mask with one bit for each step that can be taken before eta must be checked again.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Limit(long eta, int left) => ulong.MaxValue >> (64 - (int)Math.Min(eta + 1, left));

    /// <summary>(f, g) becomes the matrix times (f, g), divided by 2^62; the division is exact.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void UpdateNumbers(ref Limbs f, ref Limbs g, in Matrix matrix, int length)
    {
        Wide forF = default;
        Wide forG = default;
        forF.Add(matrix.U, f[0]);
        forF.Add(matrix.V, g[0]);
        forG.Add(matrix.Q, f[0]);
        forG.Add(matrix.R, g[0]);
        forF.ShiftOut();
        forG.ShiftOut();
        for (int i = 1; i < length; i++)
        {
            long fi = f[i];
            long gi = g[i];
            forF.Add(matrix.U, fi);
            forF.Add(matrix.V, gi);
            forG.Add(matrix.Q, fi);
            forG.Add(matrix.R, gi);
            f[i - 1] = forF.ShiftOut();
            g[i - 1] = forG.ShiftOut();
        }

        f[length - 1] = forF.Last;
        g[length - 1] = forG.Last;
    }

    /// <summary>The same for (d, e) modulo m: a multiple of m is added so that the division by 2^62 is exact.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void UpdateCofactors(ref Limbs d, ref Limbs e, in Matrix matrix)
    {
        long signD = d[4] >> 63;
        long signE = e[4] >> 63;
        long multipleForD = (matrix.U & signD) + (matrix.V & signE);
        long multipleForE = (matrix.Q & signD) + (matrix.R & signE);
        Wide forD = default;
        Wide forE = default;
        forD.Add(matrix.U, d[0]);
        forD.Add(matrix.V, e[0]);
        forE.Add(matrix.Q, d[0]);
        forE.Add(matrix.R, e[0]);
        multipleForD -= (long)(((_inverseOfModulus * forD.Low) + (ulong)multipleForD) & LimbMask);
        multipleForE -= (long)(((_inverseOfModulus * forE.Low) + (ulong)multipleForE) & LimbMask);
        forD.Add(_modulus[0], multipleForD);
        forE.Add(_modulus[0], multipleForE);
        forD.ShiftOut();
        forE.ShiftOut();
        for (int i = 1; i < Limbs.Count; i++)
        {
            long di = d[i];
            long ei = e[i];
            forD.Add(matrix.U, di);
            forD.Add(matrix.V, ei);
            forE.Add(matrix.Q, di);
            forE.Add(matrix.R, ei);
            forD.Add(_modulus[i], multipleForD);
            forE.Add(_modulus[i], multipleForE);
            d[i - 1] = forD.ShiftOut();
            e[i - 1] = forE.ShiftOut();
        }

        d[4] = forD.Last;
        e[4] = forE.Last;
    }

    /// <summary>Maps a number in (-2m, m), negated if requested, to [0, m).</summary>
    private Words256 Normalize(Limbs number, bool negative)
    {
        AddModulusIfNegative(ref number);
        if (negative)
        {
            for (int i = 0; i < Limbs.Count; i++)
            {
                number[i] = -number[i];
            }
        }

        CarryOver(ref number);
        AddModulusIfNegative(ref number);
        CarryOver(ref number);
        return new Words256(
            (ulong)number[0] | ((ulong)number[1] << 62),
            ((ulong)number[1] >> 2) | ((ulong)number[2] << 60),
            ((ulong)number[2] >> 4) | ((ulong)number[3] << 58),
            ((ulong)number[3] >> 6) | ((ulong)number[4] << 56));
    }

    private void AddModulusIfNegative(ref Limbs number)
    {
        if (number[4] < 0)
        {
            for (int i = 0; i < Limbs.Count; i++)
            {
                number[i] += _modulus[i];
            }
        }
    }

    private static void CarryOver(ref Limbs number)
    {
        for (int i = 0; i < Limbs.Count - 1; i++)
        {
            number[i + 1] += number[i] >> LimbBits;
            number[i] &= LimbMask;
        }
    }

    private static Limbs Split(in Words256 number)
    {
        Limbs limbs = default;
        limbs[0] = (long)(number.W0 & LimbMask);
        limbs[1] = (long)(((number.W0 >> 62) | (number.W1 << 2)) & LimbMask);
        limbs[2] = (long)(((number.W1 >> 60) | (number.W2 << 4)) & LimbMask);
        limbs[3] = (long)(((number.W2 >> 58) | (number.W3 << 6)) & LimbMask);
        limbs[4] = (long)(number.W3 >> 56);
        return limbs;
    }

    private readonly record struct Matrix(long U, long V, long Q, long R);

    [InlineArray(Count)]
    private struct Limbs
    {
        public const int Count = 5;
        private long _first;
    }

    /// <summary>A signed sum of 128 bits.</summary>
    private struct Wide
    {
        private ulong _low;
        private long _high;

        public readonly ulong Low => _low;

        public readonly long Last => (long)_low;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(long a, long b)
        {
            long high = Math.BigMul(a, b, out long low);
            _low += (ulong)low;
            _high += high + (_low < (ulong)low ? 1 : 0);
        }

        /// <summary>Removes the lowest 62 bits.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public long ShiftOut()
        {
            long limb = (long)(_low & LimbMask);
            _low = (_low >> LimbBits) | ((ulong)_high << (64 - LimbBits));
            _high >>= LimbBits;
            return limb;
        }
    }
}
