using System.Globalization;
using System.Numerics;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Payments.Values;

public sealed class UInt256Tests(ITestOutputHelper output)
{
    private const string MaxText = "115792089237316195423570985008687907853269984665640564039457584007913129639935";

    private static readonly BigInteger s_modulus = BigInteger.One << 256;

    [Fact]
    public void Arithmetic_OnGeneratedValues_AgreesWithBigInteger()
    {
        Random random = Seeds.Random(output.WriteLine);
        for (int i = 0; i < 20_000; i++)
        {
            BigInteger x = Generate(random), y = Generate(random);
            UInt256 a = Of(x), b = Of(y);

            Assert.Equal(x, ToBig(a));
            Assert.Equal(x + y < s_modulus, a.TryAdd(b, out UInt256 sum));
            Assert.InRange(Math.Abs(a.ToDouble() - (double)x), 0, (double)x * 1e-15);
            Assert.Equal(x + y < s_modulus ? x + y : BigInteger.Zero, ToBig(sum));
            Assert.Equal(BigInteger.Min(x + y, s_modulus - 1), ToBig(a.SaturatingAdd(b)));
            Assert.Equal(x >= y, a.TrySubtract(b, out UInt256 difference));
            Assert.Equal(x >= y ? x - y : BigInteger.Zero, ToBig(difference));
            Assert.Equal(BigInteger.Max(x - y, 0), ToBig(a.SaturatingSubtract(b)));
            Assert.Equal(Math.Sign(x.CompareTo(y)), Math.Sign(a.CompareTo(b)));
            Assert.Equal(x == y, a == b);
            Assert.Equal(x != y, a != b);
            Assert.Equal(x < y, a < b);
            Assert.Equal(x > y, a > b);
            Assert.Equal(x <= y, a <= b);
            Assert.Equal(x >= y, a >= b);
            Assert.Equal(x.IsZero, a.IsZero);
            Assert.Equal(x > ulong.MaxValue ? ulong.MaxValue : (ulong)x, a.ToUInt64Saturating());
        }
    }

    [Fact]
    public void Text_OfGeneratedValues_IsTheSameBothWays()
    {
        Random random = Seeds.Random(output.WriteLine);
        for (int i = 0; i < 20_000; i++)
        {
            BigInteger x = Generate(random);
            string text = x.ToString(CultureInfo.InvariantCulture);

            Assert.True(UInt256.TryParse(text, out UInt256 value));
            Assert.Equal(x, ToBig(value));
            Assert.Equal(text, value.ToString());
            Assert.Equal(value, UInt256.Parse(text));
        }
    }

    [Fact]
    public void Text_OfGeneratedDigits_IsReadExactlyWhenItFits()
    {
        Random random = Seeds.Random(output.WriteLine);
        for (int i = 0; i < 20_000; i++)
        {
            int length = random.Next(1, 82);
            string text = string.Concat(
                Enumerable.Range(0, length).Select(at => (char)('0' + (at == 0 && length > 1 ? random.Next(1, 10) : random.Next(10)))));
            var x = BigInteger.Parse(text, CultureInfo.InvariantCulture);

            Assert.Equal(x < s_modulus, UInt256.TryParse(text, out UInt256 value));
            Assert.Equal(x < s_modulus ? x : BigInteger.Zero, ToBig(value));
        }
    }

    [Fact]
    public void BigEndian_OfGeneratedValues_IsTheSameBothWays()
    {
        Random random = Seeds.Random(output.WriteLine);
        for (int i = 0; i < 5_000; i++)
        {
            BigInteger x = Generate(random);
            byte[] bytes = Of(x).ToBigEndian();

            Assert.Equal(32, bytes.Length);
            Assert.Equal(x, new BigInteger(bytes, isUnsigned: true, isBigEndian: true));
            Assert.Equal(x, ToBig(UInt256.ReadBigEndian(bytes)));
            Assert.True(UInt256.TryReadBigEndian(bytes.AsSpan().TrimStart((byte)0), out UInt256 trimmed));
            Assert.Equal(x, ToBig(trimmed));
            Assert.True(UInt256.TryReadBigEndian((byte[])[0, 0, 0, .. bytes], out UInt256 padded));
            Assert.Equal(x, ToBig(padded));
        }
    }

    [Fact]
    public void TryReadBigEndian_MoreThan32BytesThatCount_IsRefused()
    {
        Assert.True(UInt256.TryReadBigEndian([], out UInt256 none));
        Assert.True(none.IsZero);
        Assert.False(UInt256.TryReadBigEndian((byte[])[1, .. new byte[32]], out UInt256 value));
        Assert.True(value.IsZero);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1")]
    [InlineData("42")]
    [InlineData("9999999999999999999")]
    [InlineData("10000000000000000000")]
    [InlineData("18446744073709551615")]
    [InlineData("18446744073709551616")]
    [InlineData("340282366920938463463374607431768211456")]
    [InlineData(MaxText)]
    public void TryParse_CanonicalDecimal_IsReadAndWrittenAlike(string text)
    {
        Assert.True(UInt256.TryParse(text, out UInt256 value));
        Assert.Equal(text, value.ToString());
    }

    // Every other spelling of a number (docs/protocol/escrow-payments.md, 'Numbers'), those that the reference reads and those that it
    // refuses.
    [Theory]
    [InlineData("")]
    [InlineData("+42")]
    [InlineData("-42")]
    [InlineData("-0")]
    [InlineData("+0")]
    [InlineData("00")]
    [InlineData("042")]
    [InlineData("010")]
    [InlineData("08")]
    [InlineData("09")]
    [InlineData("0x2A")]
    [InlineData("0X2a")]
    [InlineData("0x")]
    [InlineData("0x-1")]
    [InlineData("0b101")]
    [InlineData("0o17")]
    [InlineData("1_000")]
    [InlineData("0_7")]
    [InlineData("0_8")]
    [InlineData("0x_1")]
    [InlineData("0x1_F")]
    [InlineData("_1")]
    [InlineData("1_")]
    [InlineData("1__0")]
    [InlineData(" 42")]
    [InlineData("42 ")]
    [InlineData("4 2")]
    [InlineData("\t42")]
    [InlineData("42\n")]
    [InlineData("42\0")]
    [InlineData("1e3")]
    [InlineData("1.0")]
    [InlineData("1,000")]
    [InlineData("abc")]
    [InlineData("null")]
    [InlineData("NaN")]
    [InlineData("--1")]
    [InlineData("+-1")]
    [InlineData("٤٢")]
    [InlineData("４２")]
    [InlineData("4²")]
    [InlineData("115792089237316195423570985008687907853269984665640564039457584007913129639936")]
    [InlineData("999999999999999999999999999999999999999999999999999999999999999999999999999999")]
    [InlineData("1000000000000000000000000000000000000000000000000000000000000000000000000000000")]
    public void Hole02_AnyOtherSpellingOfANumber_IsRefused(string text)
    {
        Assert.False(UInt256.TryParse(text, out UInt256 value));
        Assert.True(value.IsZero);
        Assert.Throws<FormatException>(() => UInt256.Parse(text));
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("-0")]
    [InlineData("-42")]
    [InlineData("\u221242")]
    [InlineData("-115792089237316195423570985008687907853269984665640564039457584007913129639936")]
    public void Hole03_NegativeNumber_IsRefused(string text) => Assert.False(UInt256.TryParse(text, out _));

    [Fact]
    public void Hole01_ChannelIdBeyond256Bits_IsRefused()
    {
        for (int k = 1; k <= 20; k++)
        {
            Assert.False(UInt256.TryParse((42 + (k * s_modulus)).ToString(CultureInfo.InvariantCulture), out _));
        }
    }

    [Fact]
    public void Edges_CarryThroughAllWords()
    {
        UInt256 max = UInt256.MaxValue;
        Assert.False(max.TryAdd(UInt256.One, out _));
        Assert.True(max.TryAdd(UInt256.Zero, out UInt256 same));
        Assert.Equal(max, same);
        Assert.True(max.TrySubtract(max, out UInt256 zero));
        Assert.True(zero.IsZero);
        Assert.False(UInt256.Zero.TrySubtract(UInt256.One, out _));
        Assert.Equal(MaxText, max.ToString());

        UInt256 two192 = Of(BigInteger.One << 192);
        Assert.True(two192.TrySubtract(UInt256.One, out UInt256 below));
        Assert.Equal((BigInteger.One << 192) - 1, ToBig(below));
        Assert.True(below.TryAdd(UInt256.One, out UInt256 again));
        Assert.Equal(two192, again);
    }

    private static UInt256 Of(BigInteger value)
    {
        byte[] bytes = value.ToByteArray(isUnsigned: true, isBigEndian: true);
        Assert.True(UInt256.TryReadBigEndian(bytes, out UInt256 result));
        return result;
    }

    private static BigInteger ToBig(UInt256 value) => new(value.ToBigEndian(), isUnsigned: true, isBigEndian: true);

    /// <summary>Words are often all ones, all zeros or next to them, because that is where carries go wrong.</summary>
    private static BigInteger Generate(Random random)
    {
        BigInteger value = 0;
        for (int i = random.Next(1, 5); i > 0; i--)
        {
            ulong word = random.Next(6) switch
            {
                0 => 0,
                1 => 1,
                2 => ulong.MaxValue,
                3 => ulong.MaxValue - 1,
                4 => (ulong)random.Next(100),
                _ => (ulong)random.NextInt64(long.MinValue, long.MaxValue),
            };
            value = (value << 64) | word;
        }

        return value;
    }
}
