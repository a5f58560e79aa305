using System.Numerics;
using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Payments.Pricing;

/// <summary>What units cost, and how many a ceiling pays for.</summary>
public sealed class MeteredPriceTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("0", 0ul)]
    [InlineData("9", 0ul)]
    [InlineData("10", 1ul)]
    [InlineData("49", 4ul)]
    [InlineData("115792089237316195423570985008687907853269984665640564039457584007913129639935", ulong.MaxValue)]
    public void Ceiling_PaysForWholeUnits(string ceiling, ulong units) =>
        Assert.Equal(units, new MeteredPrice(MeterUnit.Message, 10).UnitsWithin(UInt256.Parse(ceiling)));

    [Fact]
    public void Cost_IsNeverAboveTheCeiling_AndExactBelow()
    {
        Random random = Seeds.Random(output.WriteLine);
        for (int i = 0; i < 10_000; i++)
        {
            (UInt256 ceiling, UInt256 cogs) = (Number(random), Number(random));
            if (cogs.IsZero)
            {
                continue;
            }

            var price = new MeteredPrice(MeterUnit.Message, cogs);
            ulong units = random.Next(2) == 0 ? (ulong)random.Next(100) : (ulong)random.NextInt64();
            BigInteger exact = units * BigInteger.Parse(cogs.ToString());
            var most = BigInteger.Parse(ceiling.ToString());
            Assert.Equal(BigInteger.Min(exact, most).ToString(), price.CostOf(units, ceiling).ToString());
        }
    }

    private static UInt256 Number(Random random)
    {
        byte[] bytes = new byte[random.Next(0, 33)];
        random.NextBytes(bytes);
        return UInt256.TryReadBigEndian(bytes, out UInt256 value) ? value : default;
    }
}
