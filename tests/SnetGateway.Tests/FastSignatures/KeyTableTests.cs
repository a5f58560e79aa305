using System.Numerics;
using Org.BouncyCastle.Asn1.X9;
using Org.BouncyCastle.Crypto.EC;
using Org.BouncyCastle.Math.EC;
using SnetGateway.FastSignatures;
using Xunit;

namespace SnetGateway.Tests.FastSignatures;

/// <summary>Every point of a table is what another implementation says.</summary>
public sealed class KeyTableTests
{
    private static readonly X9ECParameters Curve = CustomNamedCurves.GetByName("secp256k1");

    public static TheoryData<string> Keys => ["1", "2", "3", "n-1", "n-2", "lambda", "n-lambda", "generated"];

    [Theory]
    [MemberData(nameof(Keys))]
    public async Task TryBuild_EachPoint_IsTheMultipleThatItStandsFor(string name)
    {
        BigInteger key = Key(name);
        ECPoint point = Curve.G.Multiply(new Org.BouncyCastle.Math.BigInteger(1, Numbers.Bytes(key))).Normalize();
        var table = KeyTable.TryBuild(Words(point.AffineXCoord), Words(point.AffineYCoord));
        Assert.NotNull(table);
        for (int window = 0; window < SignedWindows.Count; window++)
        {
            ECPoint twice = point.Twice();
            ECPoint multiple = point;
            for (int j = 0; j < KeyTable.PointsPerWindow; j++)
            {
                ECPoint expected = multiple.Normalize();
                Assert.Equal((Words(expected.AffineXCoord), Words(expected.AffineYCoord)), table.Point(window, j));
                multiple = multiple.Add(twice);
            }

            point = point.TimesPow2(SignedWindows.Bits).Normalize();
            await Task.Yield(); // other tests go on meanwhile
        }
    }

    [Fact]
    public void ForGenerator_BuiltOnce_IsTheGenerators()
    {
        Assert.Same(KeyTable.ForGenerator, KeyTable.ForGenerator);
        Assert.Equal((Words(Curve.G.AffineXCoord), Words(Curve.G.AffineYCoord)), KeyTable.ForGenerator.Point(0, 0));
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

    private static Words256 Words(ECFieldElement coordinate) => Words256.ReadBigEndian(coordinate.GetEncoded());
}
