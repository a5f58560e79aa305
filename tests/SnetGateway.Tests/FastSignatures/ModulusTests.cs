using System.Numerics;
using SnetGateway.FastSignatures;
using Xunit;

namespace SnetGateway.Tests.FastSignatures;

/// <summary>The arithmetic on whole numbers, held to BigInteger.</summary>
public sealed class ModulusTests
{
    public static TheoryData<string> Moduli => ["p", "n"];

    [Theory]
    [MemberData(nameof(Moduli))]
    public void Multiply_EdgesByEdges_AgreesWithBigInteger(string name)
    {
        (Modulus modulus, BigInteger value) = Modulo(name);
        foreach (BigInteger a in Numbers.Edges)
        {
            foreach (BigInteger b in Numbers.Edges)
            {
                Assert.Equal(a * b % value, Numbers.Number(modulus.Multiply(Numbers.Words(a), Numbers.Words(b))));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Moduli))]
    public void EachOperation_GeneratedNumbers_AgreesWithBigInteger(string name)
    {
        (Modulus modulus, BigInteger value) = Modulo(name);
        var random = new Random(8_101);
        for (int i = 0; i < 5_000; i++)
        {
            BigInteger a = Numbers.Any(random);
            BigInteger b = Numbers.Any(random);
            string label = $"seed 8101, number {i}: {a:X} {b:X}";
            Assert.True(a * b % value == Numbers.Number(modulus.Multiply(Numbers.Words(a), Numbers.Words(b))), label);
            a %= value;
            b %= value;
            Words256 x = Numbers.Words(a);
            Words256 y = Numbers.Words(b);
            Assert.True(x == modulus.Reduce(x), label);
            Assert.True(Numbers.Mod(a - b, value) == Numbers.Number(modulus.Subtract(x, y)), label);
            Assert.True(2 * Numbers.Number(modulus.Half(x)) % value == a, label);
            uint high = (uint)random.Next();
            Assert.True((a + (high * Numbers.TwoTo256)) % value == Numbers.Number(modulus.Reduce(x, high)), label);
        }
    }

    [Theory]
    [MemberData(nameof(Moduli))]
    public void Invert_EdgesAndGeneratedNumbers_TimesTheNumberIsOne(string name)
    {
        (Modulus modulus, BigInteger value) = Modulo(name);
        var random = new Random(8_102);
        IEnumerable<BigInteger> generated = Enumerable.Range(0, 3_000).Select(_ => Numbers.Any(random));
        foreach (BigInteger number in Numbers.Edges.Concat(generated).Select(number => number % value))
        {
            BigInteger inverse = Numbers.Number(modulus.Invert(Numbers.Words(number)));
            Assert.True(inverse < value && number * inverse % value == (number.IsZero ? 0 : 1), $"seed 8102: {number:X}");
        }
    }

    private static (Modulus Modulus, BigInteger Value) Modulo(string name) =>
        name == "p" ? (Modulus.Field, Numbers.P) : (Modulus.Order, Numbers.N);
}
