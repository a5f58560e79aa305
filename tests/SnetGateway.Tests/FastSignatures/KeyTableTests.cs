using System.Numerics;
using NBitcoin.Secp256k1;
using SnetGateway.FastSignatures;
using SnetGateway.Tests.Ethereum;
using Xunit;

namespace SnetGateway.Tests.FastSignatures;

/// <summary>Every point of a table is what another implementation says.</summary>
public sealed class KeyTableTests
{
    public static TheoryData<string> Keys => ["1", "2", "3", "n-1", "n-2", "lambda", "n-lambda", "generated"];

    [Theory]
    [MemberData(nameof(Keys))]
    public async Task TryBuild_EachPoint_IsItsMultiple(string name)
    {
        BigInteger key = Key(name);
        GEJ point = OtherCurve.Point(key).ToGroupElementJacobian();
        (Words256 x, Words256 y) = Words(point);
        KeyTable? table = KeyTableBuilder.TryBuild(x, y);
        Assert.NotNull(table);
        for (int window = 0; window < SignedWindows.Count; window++)
        {
            GEJ twice = point.DoubleVariable();
            GEJ multiple = point;
            for (int j = 0; j < KeyTable.PointsPerWindow; j++)
            {
                Assert.Equal(Words(multiple), table.Point(window, j));
                multiple = multiple.AddVariable(twice);
            }

            for (int bit = 0; bit < SignedWindows.Bits; bit++)
            {
                point = point.DoubleVariable();
            }

            await Task.Yield(); // other tests go on meanwhile
        }
    }

    [Fact]
    public void ForGenerator_BuiltOnce_IsTheGenerators()
    {
        Assert.Same(KeyTable.ForGenerator, KeyTable.ForGenerator);
        Assert.Equal(Words(EC.G.ToGroupElementJacobian()), KeyTable.ForGenerator.Point(0, 0));
        Assert.Equal(KeyTable.Generator, KeyTable.ForGenerator.Point(0, 0));
    }

    private static BigInteger Key(string name) => name switch
    {
        "n-1" => Numbers.N - 1,
        "n-2" => Numbers.N - 2,
        "lambda" => Numbers.Lambda,
        "n-lambda" => Numbers.N - Numbers.Lambda,
        "generated" => Numbers.Any(new Random(8_401)) % Numbers.N,
        _ => int.Parse(name, System.Globalization.CultureInfo.InvariantCulture),
    };

    private static (Words256 X, Words256 Y) Words(GEJ point)
    {
        GE affine = point.ToGroupElementVariable();
        return (Words(affine.x), Words(affine.y));
    }

    private static Words256 Words(FE coordinate)
    {
        byte[] bytes = new byte[32];
        coordinate.Normalize().WriteToSpan(bytes);
        return Words256.ReadBigEndian(bytes);
    }
}
