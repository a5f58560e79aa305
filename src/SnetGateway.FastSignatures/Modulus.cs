namespace SnetGateway.FastSignatures;

/// <summary>
/// Arithmetic modulo one of the curve's two primes, m = 2^256 - c with a small c. A check needs about six of these steps, so they are
/// written for readability. For public data only: the time depends on the values.
/// </summary>
internal sealed class Modulus
{
    private readonly Words256 _value;
    private readonly Words256 _complement; // c
    private readonly Divsteps _inversion;

    private Modulus(Words256 value)
    {
        _value = value;
        _complement = Words256.Subtract(default, value, out _);
        _inversion = new Divsteps(value);
    }

    /// <summary>p: the modulus of coordinates.</summary>
    public static Modulus Field { get; } =
        new(new Words256(0xFFFFFFFEFFFFFC2F, 0xFFFFFFFFFFFFFFFF, 0xFFFFFFFFFFFFFFFF, 0xFFFFFFFFFFFFFFFF));

    /// <summary>n: the modulus of multiples of points.</summary>
    public static Modulus Order { get; } =
        new(new Words256(0xBFD25E8CD0364141, 0xBAAEDCE6AF48A03B, 0xFFFFFFFFFFFFFFFE, 0xFFFFFFFFFFFFFFFF));

    /// <summary>Any 256 bits, reduced.</summary>
    public Words256 Reduce(in Words256 number)
    {
        var less = Words256.Subtract(number, _value, out ulong borrow);
        return borrow != 0 ? number : less;
    }

    /// <summary>low + 2^256 high, reduced. <paramref name="high"/> is below 2^32.</summary>
    public Words256 Reduce(in Words256 low, ulong high)
    {
        var sum = Words256.MultiplyAdd(_complement, high, low, out ulong carry);

        // A carry means that the remainder is small: adding c once more cannot carry.
        return Reduce(carry != 0 ? Words256.Add(sum, _complement, out _) : sum);
    }

    /// <summary>a - b of reduced numbers.</summary>
    public Words256 Subtract(in Words256 a, in Words256 b)
    {
        var difference = Words256.Subtract(a, b, out ulong borrow);
        return borrow != 0 ? Words256.Add(difference, _value, out _) : difference;
    }

    /// <summary>a / 2 of a reduced number.</summary>
    public Words256 Half(in Words256 a)
    {
        ulong carry = 0;
        Words256 even = a.IsOdd ? Words256.Add(a, _value, out carry) : a;
        return new Words256(
            (even.W0 >> 1) | (even.W1 << 63),
            (even.W1 >> 1) | (even.W2 << 63),
            (even.W2 >> 1) | (even.W3 << 63),
            (even.W3 >> 1) | (carry << 63));
    }

    /// <summary>a b of any two numbers of 256 bits, reduced.</summary>
    public Words256 Multiply(in Words256 a, in Words256 b)
    {
        // 2^256 = c, and c has at most 129 bits: the upper part has 256 bits, then 130, then 4.
        var low = Words256.MultiplyAdd(a, b, default, out Words256 high);
        low = Words256.MultiplyAdd(_complement, high, low, out high);
        low = Words256.MultiplyAdd(_complement, high, low, out high);
        return Reduce(low, high.W0);
    }

    /// <summary>1/a for a reduced number; 0 for 0.</summary>
    public Words256 Invert(in Words256 a) => _inversion.Invert(a);
}
