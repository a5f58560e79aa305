using System.Numerics;
using SnetGateway.FastSignatures;
using Xunit;

namespace SnetGateway.Tests.FastSignatures;

/// <summary>What a scalar is cut into gives the scalar again.</summary>
public sealed class SignedWindowsTests
{
    [Fact]
    public void TrySplit_EdgesAndGeneratedScalars_DigitsSumUpToTheScalar()
    {
        var random = new Random(8_301);
        IEnumerable<BigInteger> generated = Enumerable.Range(0, 20_000).Select(_ => Numbers.Any(random));
        foreach (BigInteger scalar in Numbers.Edges.Concat(generated).Select(number => number % Numbers.N))
        {
            Assert.True(SignedWindows.TrySplit(Numbers.Words(scalar), out Words256 first, out Words256 second), $"seed 8301: {scalar:X}");
            Assert.True(Numbers.Mod(Sum(first) + (Numbers.Lambda * Sum(second)) - scalar, Numbers.N).IsZero, $"seed 8301: {scalar:X}");
        }
    }

    /// <summary>The multiple that the tables give for these digits, as KnownKey reads them.</summary>
    internal static BigInteger Sum(Words256 digits)
    {
        BigInteger number = Numbers.Number(digits);
        BigInteger sum = 0;
        for (int window = 0; window < SignedWindows.Count; window++)
        {
            int digit = (int)((number >> (SignedWindows.Bits * window)) & ((2 * KeyTable.PointsPerWindow) - 1)) - KeyTable.PointsPerWindow;
            sum += new BigInteger((2 * digit) + 1) << (SignedWindows.Bits * window);
        }

        return sum;
    }
}
