using System.Numerics;
using System.Text.RegularExpressions;
using CsCheck;
using SnetGateway.GrpcWire.Headers;
using Xunit;

namespace SnetGateway.Tests.GrpcWire.Headers;

public sealed class GrpcTimeoutTests
{
    [Theory]
    [InlineData("1H", TimeSpan.TicksPerHour)]
    [InlineData("2M", 2 * TimeSpan.TicksPerMinute)]
    [InlineData("3S", 3 * TimeSpan.TicksPerSecond)]
    [InlineData("4m", 4 * TimeSpan.TicksPerMillisecond)]
    [InlineData("5u", 5 * TimeSpan.TicksPerMicrosecond)]
    [InlineData("250n", 2)]
    [InlineData("99n", 0)]
    [InlineData("0S", 0)]
    [InlineData("99999999H", 99_999_999 * TimeSpan.TicksPerHour)]
    [InlineData("00000001S", TimeSpan.TicksPerSecond)]
    public void TryParse_Value_Ticks(string value, long ticks)
    {
        Assert.True(GrpcTimeout.TryParse(value, out TimeSpan timeout));
        Assert.Equal(ticks, timeout.Ticks);
    }

    [Theory]
    [InlineData("")]
    [InlineData("S")]
    [InlineData("1")]
    [InlineData("1s")]
    [InlineData("1h")]
    [InlineData("-1S")]
    [InlineData("+1S")]
    [InlineData("1.5S")]
    [InlineData(" 1S")]
    [InlineData("1S ")]
    [InlineData("123456789S")]
    [InlineData("000000001S")]
    [InlineData("٣S")]
    public void TryParse_AnythingElse_Refused(string value) => Assert.False(GrpcTimeout.TryParse(value, out _));

    [Theory]
    [InlineData(-1, "0n")]
    [InlineData(0, "0n")]
    [InlineData(1, "100n")]
    [InlineData(999_999, "99999900n")]
    [InlineData(1_000_000, "100000u")]
    [InlineData(99_999_999L * 10 + 9, "99999999u")]
    [InlineData(1_000_000_000, "100000m")]
    [InlineData(864_000_000_000, "86400000m")]
    [InlineData(TimeSpan.TicksPerDay * 365, "31536000S")]
    [InlineData(long.MaxValue, "99999999H")]
    public void Format_Ticks_FinestUnitThatFits(long ticks, string expected) =>
        Assert.Equal(expected, GrpcTimeout.Format(new TimeSpan(ticks)));

    [Fact]
    public void Format_GeneratedTimes_NeverGrowAndLoseLittle() =>
        Gen.Int[1, 61].SelectMany(bits => Gen.Long[0, (1L << bits) - 1]).Sample(
            ticks =>
            {
                Assert.True(GrpcTimeout.TryParse(GrpcTimeout.Format(new TimeSpan(ticks)), out TimeSpan read));
                Assert.True(read.Ticks <= ticks);
                Assert.True(ticks - read.Ticks <= ticks / 90_000 || ticks > 99_999_999L * TimeSpan.TicksPerHour);
            },
            iter: 200_000);

    [Fact]
    public void TryParse_GeneratedGarbage_AgreesWithAPlainParser() =>
        Gen.String[Gen.Frequency((2, Gen.Char["0123456789HMSmun"]), (1, Gen.Char["0123456789HMSmunx-+ ."])), 0, 10].Sample(
            value =>
            {
                bool isValid = Regex.IsMatch(value, "^[0-9]{1,8}[HMSmun]$");
                Assert.Equal(isValid, GrpcTimeout.TryParse(value, out TimeSpan timeout));
                if (isValid)
                {
                    BigInteger nanoseconds = value[^1] switch
                    {
                        'H' => 3_600_000_000_000,
                        'M' => 60_000_000_000,
                        'S' => 1_000_000_000,
                        'm' => 1_000_000,
                        'u' => 1000,
                        _ => 1,
                    };
                    Assert.Equal(
                        nanoseconds * BigInteger.Parse(value[..^1], System.Globalization.CultureInfo.InvariantCulture) / 100,
                        timeout.Ticks);
                }
            },
            iter: 300_000);
}
