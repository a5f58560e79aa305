using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace SnetGateway.Payments.Values;

/// <summary>
/// An unsigned number of 256 bits, as the escrow contract counts: channel ids, nonces and amounts. Amounts are in cogs, the token's
/// smallest unit. A value type, so that a payment is checked without allocation.
/// </summary>
/// <remarks>Arithmetic never wraps: it says whether the result fits. Range 0 to 2^256-1.</remarks>
public readonly struct UInt256 : IEquatable<UInt256>, IComparable<UInt256>
{
    /// <summary>Bytes of the big-endian form.</summary>
    public const int Size = 32;

    /// <summary>Digits of the largest value, 2^256-1.</summary>
    public const int MaxDigits = 78;

    private const ulong TenToThe19 = 10_000_000_000_000_000_000;
    private const int DigitsPerChunk = 19;
    private const double TwoToThe64 = 18_446_744_073_709_551_616.0;

    // Least significant first.
    private readonly ulong _a, _b, _c, _d;

    private UInt256(ulong a, ulong b, ulong c, ulong d)
    {
        (_a, _b, _c, _d) = (a, b, c, d);
    }

    public static UInt256 Zero => default;

    public static UInt256 One => new(1, 0, 0, 0);

    public static UInt256 MaxValue => new(ulong.MaxValue, ulong.MaxValue, ulong.MaxValue, ulong.MaxValue);

    public bool IsZero => (_a | _b | _c | _d) == 0;

    public static implicit operator UInt256(ulong value) => new(value, 0, 0, 0);

    public static bool operator ==(UInt256 left, UInt256 right) => left.Equals(right);

    public static bool operator !=(UInt256 left, UInt256 right) => !left.Equals(right);

    public static bool operator <(UInt256 left, UInt256 right) => left.CompareTo(right) < 0;

    public static bool operator >(UInt256 left, UInt256 right) => left.CompareTo(right) > 0;

    public static bool operator <=(UInt256 left, UInt256 right) => left.CompareTo(right) <= 0;

    public static bool operator >=(UInt256 left, UInt256 right) => left.CompareTo(right) >= 0;

    /// <summary>The same number as this one: explicit, because a C# reader cannot see a narrowing otherwise.</summary>
    public static UInt256 FromUInt64(ulong value) => value;

    /// <summary>The nearest number that a double can hold: exact below 2^53. For metrics, which have no 256-bit integers.</summary>
    public double ToDouble() => (((((_d * TwoToThe64) + _c) * TwoToThe64) + _b) * TwoToThe64) + _a;

    /// <summary>Adds. False when the sum is 2^256 or more; <paramref name="sum"/> is then 0.</summary>
    public bool TryAdd(UInt256 other, out UInt256 sum)
    {
        UInt128 t = (UInt128)_a + other._a;
        ulong a = (ulong)t;
        t = (UInt128)_b + other._b + (t >> 64);
        ulong b = (ulong)t;
        t = (UInt128)_c + other._c + (t >> 64);
        ulong c = (ulong)t;
        t = (UInt128)_d + other._d + (t >> 64);
        bool fits = (t >> 64) == 0;
        sum = fits ? new UInt256(a, b, c, (ulong)t) : default;
        return fits;
    }

    /// <summary>The sum, or 2^256-1 where it would be more. For bounds, never for money that is booked.</summary>
    public UInt256 SaturatingAdd(UInt256 other) => TryAdd(other, out UInt256 sum) ? sum : MaxValue;

    /// <summary>Subtracts. False when <paramref name="other"/> is larger; <paramref name="difference"/> is then 0.</summary>
    public bool TrySubtract(UInt256 other, out UInt256 difference)
    {
        if (this < other)
        {
            difference = default;
            return false;
        }

        ulong a = _a - other._a;
        ulong borrow = _a < other._a ? 1UL : 0;
        ulong b = _b - other._b - borrow;
        borrow = _b < other._b || (_b == other._b && borrow == 1) ? 1UL : 0;
        ulong c = _c - other._c - borrow;
        borrow = _c < other._c || (_c == other._c && borrow == 1) ? 1UL : 0;
        difference = new UInt256(a, b, c, _d - other._d - borrow);
        return true;
    }

    /// <summary>The difference, or 0 where <paramref name="other"/> is larger. For bounds, never for money that is booked.</summary>
    public UInt256 SaturatingSubtract(UInt256 other) => TrySubtract(other, out UInt256 difference) ? difference : Zero;

    /// <summary>The value if it fits 64 bits, else 2^64-1.</summary>
    public ulong ToUInt64Saturating() => (_b | _c | _d) == 0 ? _a : ulong.MaxValue;

    /// <summary>
    /// Reads canonical decimal: digits only, no sign, no leading zero (but "0" itself), at most 2^256-1. Anything else is refused, because
    /// two spellings of one number were two channels to the reference daemon (traps 1 and 2).
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> text, out UInt256 value)
    {
        value = default;
        if (text.IsEmpty || text.Length > MaxDigits || (text[0] == '0' && text.Length > 1))
        {
            return false;
        }

        UInt256 result = default;
        while (!text.IsEmpty)
        {
            // The first chunk takes the odd digits, so that all others are 19 long.
            int length = text.Length % DigitsPerChunk is var odd && odd != 0 ? odd : DigitsPerChunk;
            ulong chunk = 0, scale = 1;
            foreach (char digit in text[..length])
            {
                uint number = (uint)(digit - '0');
                if (number > 9)
                {
                    return false;
                }

                chunk = (chunk * 10) + number;
                scale *= 10;
            }

            if (!result.TryMultiplyAdd(scale, chunk, out result))
            {
                return false;
            }

            text = text[length..];
        }

        value = result;
        return true;
    }

    /// <summary>Reads canonical decimal, or throws <see cref="FormatException"/>. For configuration and tests.</summary>
    public static UInt256 Parse(string text) =>
        TryParse(text, out UInt256 value) ? value : throw new FormatException($"'{text}' is not a decimal number from 0 to 2^256-1.");

    /// <summary>Reads a big-endian number of any length. False when it needs more than 32 bytes; empty is 0.</summary>
    public static bool TryReadBigEndian(ReadOnlySpan<byte> bytes, out UInt256 value)
    {
        bytes = bytes.TrimStart((byte)0);
        if (bytes.Length > Size)
        {
            value = default;
            return false;
        }

        Span<byte> padded = stackalloc byte[Size];
        padded.Clear();
        bytes.CopyTo(padded[(Size - bytes.Length)..]);
        value = ReadBigEndian(padded);
        return true;
    }

    /// <summary>The same number, for arithmetic away from the paid path.</summary>
    public BigInteger ToBigInteger() => new(ToBigEndian(), isUnsigned: true, isBigEndian: true);

    /// <summary>Reads exactly 32 big-endian bytes.</summary>
    public static UInt256 ReadBigEndian(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]),
        BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]),
        BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]),
        BinaryPrimitives.ReadUInt64BigEndian(bytes));

    /// <summary>Writes exactly 32 big-endian bytes.</summary>
    public void WriteBigEndian(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..], _a);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], _b);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _c);
        BinaryPrimitives.WriteUInt64BigEndian(destination, _d);
    }

    public byte[] ToBigEndian()
    {
        byte[] bytes = new byte[Size];
        WriteBigEndian(bytes);
        return bytes;
    }

    public int CompareTo(UInt256 other) =>
        _d != other._d ? _d.CompareTo(other._d)
        : _c != other._c ? _c.CompareTo(other._c)
        : _b != other._b ? _b.CompareTo(other._b)
        : _a.CompareTo(other._a);

    public bool Equals(UInt256 other) => _a == other._a && _b == other._b && _c == other._c && _d == other._d;

    public override bool Equals([NotNullWhen(true)] object? obj) => obj is UInt256 other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(_a, _b, _c, _d);

    /// <summary>Canonical decimal.</summary>
    public override string ToString()
    {
        if ((_b | _c | _d) == 0)
        {
            return _a.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        Span<char> digits = stackalloc char[MaxDigits];
        int start = MaxDigits;
        UInt256 rest = this;
        while (!rest.IsZero)
        {
            rest = rest.DivideBy(TenToThe19, out ulong chunk);
            for (int i = 0; i < DigitsPerChunk && (chunk != 0 || !rest.IsZero); i++)
            {
                digits[--start] = (char)('0' + (chunk % 10));
                chunk /= 10;
            }
        }

        return new string(digits[start..]);
    }

    private bool TryMultiplyAdd(ulong factor, ulong addend, out UInt256 result)
    {
        UInt128 t = ((UInt128)_a * factor) + addend;
        ulong a = (ulong)t;
        t = ((UInt128)_b * factor) + (t >> 64);
        ulong b = (ulong)t;
        t = ((UInt128)_c * factor) + (t >> 64);
        ulong c = (ulong)t;
        t = ((UInt128)_d * factor) + (t >> 64);
        result = new UInt256(a, b, c, (ulong)t);
        return (t >> 64) == 0;
    }

    private UInt256 DivideBy(ulong divisor, out ulong remainder)
    {
        UInt128 t = _d;
        ulong d = (ulong)(t / divisor);
        t = ((t % divisor) << 64) | _c;
        ulong c = (ulong)(t / divisor);
        t = ((t % divisor) << 64) | _b;
        ulong b = (ulong)(t / divisor);
        t = ((t % divisor) << 64) | _a;
        remainder = (ulong)(t % divisor);
        return new UInt256((ulong)(t / divisor), b, c, d);
    }
}
