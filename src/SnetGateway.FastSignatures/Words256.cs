using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace SnetGateway.FastSignatures;

/// <summary>
/// 256 bits as four words, the least significant first. The caller decides what they represent: a field element or a scalar.
/// </summary>
internal readonly record struct Words256(ulong W0, ulong W1, ulong W2, ulong W3)
{
    public bool IsZero => (W0 | W1 | W2 | W3) == 0;

    public bool IsOdd => (W0 & 1) != 0;

    public static Words256 ReadBigEndian(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]),
        BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]),
        BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]),
        BinaryPrimitives.ReadUInt64BigEndian(bytes));

    public void WriteBigEndian(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64BigEndian(bytes[24..], W0);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[16..], W1);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], W2);
        BinaryPrimitives.WriteUInt64BigEndian(bytes, W3);
    }

    public unsafe void CopyTo(ulong* words)
    {
        words[0] = W0;
        words[1] = W1;
        words[2] = W2;
        words[3] = W3;
    }

    /// <summary>a + b, and the carry (1 or 0).</summary>
    public static Words256 Add(in Words256 a, in Words256 b, out ulong carry)
    {
        carry = 0;
        ulong w0 = Add(a.W0, b.W0, ref carry);
        ulong w1 = Add(a.W1, b.W1, ref carry);
        ulong w2 = Add(a.W2, b.W2, ref carry);
        return new Words256(w0, w1, w2, Add(a.W3, b.W3, ref carry));
    }

    /// <summary>a - b, and the borrow (1 or 0).</summary>
    public static Words256 Subtract(in Words256 a, in Words256 b, out ulong borrow)
    {
        borrow = 0;
        ulong w0 = Subtract(a.W0, b.W0, ref borrow);
        ulong w1 = Subtract(a.W1, b.W1, ref borrow);
        ulong w2 = Subtract(a.W2, b.W2, ref borrow);
        return new Words256(w0, w1, w2, Subtract(a.W3, b.W3, ref borrow));
    }

    /// <summary>The 512 bits of a b + addend, which never overflow.</summary>
    [SkipLocalsInit]
    public static Words256 MultiplyAdd(in Words256 a, in Words256 b, in Words256 addend, out Words256 high)
    {
        Words256 row0 = MultiplyAdd(a, b.W0, addend, out ulong carry);
        Words256 row1 = MultiplyAdd(a, b.W1, new Words256(row0.W1, row0.W2, row0.W3, carry), out carry);
        Words256 row2 = MultiplyAdd(a, b.W2, new Words256(row1.W1, row1.W2, row1.W3, carry), out carry);
        Words256 row3 = MultiplyAdd(a, b.W3, new Words256(row2.W1, row2.W2, row2.W3, carry), out carry);
        high = new Words256(row3.W1, row3.W2, row3.W3, carry);
        return new Words256(row0.W0, row1.W0, row2.W0, row3.W0);
    }

    /// <summary>The 320 bits of a b + addend, which never overflow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words256 MultiplyAdd(in Words256 a, ulong b, in Words256 addend, out ulong high)
    {
        high = 0;
        ulong w0 = MultiplyAdd(a.W0, b, addend.W0, ref high);
        ulong w1 = MultiplyAdd(a.W1, b, addend.W1, ref high);
        ulong w2 = MultiplyAdd(a.W2, b, addend.W2, ref high);
        return new Words256(w0, w1, w2, MultiplyAdd(a.W3, b, addend.W3, ref high));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong MultiplyAdd(ulong a, ulong b, ulong word, ref ulong carry)
    {
        ulong high = Math.BigMul(a, b, out ulong low);
        low += word;
        high += low < word ? 1UL : 0;
        low += carry;
        high += low < carry ? 1UL : 0;
        carry = high;
        return low;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Add(ulong a, ulong b, ref ulong carry)
    {
        ulong sum = a + b;
        ulong over = sum < a ? 1UL : 0;
        ulong result = sum + carry;
        carry = over | (result < sum ? 1UL : 0);
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Subtract(ulong a, ulong b, ref ulong borrow)
    {
        ulong difference = a - b;
        ulong under = a < b ? 1UL : 0;
        ulong result = difference - borrow;
        borrow = under | (difference < borrow ? 1UL : 0);
        return result;
    }
}
