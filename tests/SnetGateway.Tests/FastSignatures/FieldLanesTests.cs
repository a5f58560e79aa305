using System.Numerics;
using System.Runtime.Intrinsics;
using SnetGateway.FastSignatures;
using Xunit;

namespace SnetGateway.Tests.FastSignatures;

/// <summary>The arithmetic in four lanes, held to BigInteger, up to the sizes that it says it takes.</summary>
public sealed class FieldLanesTests
{
    [Fact]
    public void Multiply_LimbsUpToTheBounds_AgreesInEveryLaneWithSizeOne()
    {
        var random = new Random(8_201);
        (int A, int B)[] sizes = [(1, 1), (2, 2), (3, 2), (2, 3), (3, 3), (3, 4), (4, 3), (6, 2), (2, 6)];
        for (int i = 0; i < 1_500; i++)
        {
            (int sizeA, int sizeB) = sizes[i % sizes.Length];
            FieldLanes a = Any(random, sizeA);
            FieldLanes b = Any(random, sizeB);
            FieldLanes.Multiply(a, b, out FieldLanes product);
            AssertIs(product, lane => Value(a, lane) * Value(b, lane), 1, $"seed 8201, number {i}");
        }
    }

    [Fact]
    public void Squares_LimbsUpToTheBounds_AgreeInEveryLaneWithSizeOne()
    {
        var random = new Random(8_202);
        for (int i = 0; i < 1_500; i++)
        {
            FieldLanes a = Any(random, (i % 3) + 1);
            FieldLanes m = Any(random, (i % 16) + 1);
            FieldLanes.Square(a, out FieldLanes square);
            AssertIs(square, lane => Value(a, lane) * Value(a, lane), 1, $"seed 8202, number {i}");
            FieldLanes.SquareMinus(a, m, out FieldLanes less);
            AssertIs(less, lane => (Value(a, lane) * Value(a, lane)) - Value(m, lane), 1, $"seed 8202, number {i}");
        }
    }

    [Fact]
    public void Operations_WithAResultThatIsAnOperand_GiveTheSame()
    {
        var random = new Random(8_203);
        for (int i = 0; i < 200; i++)
        {
            FieldLanes a = Any(random, 2);
            FieldLanes b = Any(random, 2);
            FieldLanes.Multiply(a, b, out FieldLanes product);
            FieldLanes.SquareMinus(a, b, out FieldLanes less);
            FieldLanes.Square(a, out FieldLanes square);
            FieldLanes x = a;
            FieldLanes.Multiply(x, b, out x);
            Assert.Equal(Limbs(product), Limbs(x));
            x = b;
            FieldLanes.Multiply(a, x, out x);
            Assert.Equal(Limbs(product), Limbs(x));
            x = a;
            FieldLanes.Square(x, out x);
            Assert.Equal(Limbs(square), Limbs(x));
            x = b;
            FieldLanes.SquareMinus(a, x, out x);
            Assert.Equal(Limbs(less), Limbs(x));
            x = a;
            FieldLanes.SquareMinus(x, b, out x);
            Assert.Equal(Limbs(less), Limbs(x));
        }
    }

    [Fact]
    public void PlainOperations_GeneratedNumbers_AgreeInEveryLane()
    {
        var random = new Random(8_204);
        for (int i = 0; i < 200; i++)
        {
            FieldLanes a = Any(random, 1);
            FieldLanes b = Any(random, 1);
            string label = $"seed 8204, number {i}";
            FieldLanes.Add(a, b, out FieldLanes r);
            AssertIs(r, lane => Value(a, lane) + Value(b, lane), 2, label);
            FieldLanes.Subtract(a, b, out r);
            AssertIs(r, lane => Value(a, lane) - Value(b, lane), 2, label);
            FieldLanes.AddTwice(a, b, out r);
            AssertIs(r, lane => Value(a, lane) + (2 * Value(b, lane)), 3, label);
            var mask = Vector256.Create(
                -(long)random.Next(2), -(long)random.Next(2), -(long)random.Next(2), -(long)random.Next(2));
            FieldLanes.NegateWhere(a, mask, out r);
            AssertIs(r, lane => mask[lane] == 0 ? Value(a, lane) : -Value(a, lane), 1, label);
            r = b;
            FieldLanes.Select(mask, a, ref r);
            AssertIs(r, lane => mask[lane] == 0 ? Value(b, lane) : Value(a, lane), 1, label);
            FieldLanes.SwapHalves(a, out r);
            AssertIs(r, lane => Value(a, lane ^ 2), 1, label);
            FieldLanes.SwapNeighbours(a, out r);
            AssertIs(r, lane => Value(a, lane ^ 1), 1, label);
        }
    }

    [Fact]
    public void Unpack_EdgesAndGeneratedNumbers_HaveSizeTwoAndComeBackReduced()
    {
        var random = new Random(8_205);
        IEnumerable<BigInteger> numbers = Numbers.Edges.Concat(Enumerable.Range(0, 1_000).Select(_ => Numbers.Any(random)));
        foreach (BigInteger[] four in numbers.Chunk(4).Where(four => four.Length == 4))
        {
            Words256[] words = [.. four.Select(Numbers.Words)];
            FieldLanes.Unpack(
                Vector256.Create(words[0].W0, words[1].W0, words[2].W0, words[3].W0),
                Vector256.Create(words[0].W1, words[1].W1, words[2].W1, words[3].W1),
                Vector256.Create(words[0].W2, words[1].W2, words[2].W2, words[3].W2),
                Vector256.Create(words[0].W3, words[1].W3, words[2].W3, words[3].W3),
                out FieldLanes lanes);
            AssertIs(lanes, lane => four[lane], 2, "seed 8205");
        }
    }

    [Fact]
    public void Lane_NumbersUpToSizeTwo_AreReduced()
    {
        var random = new Random(8_206);
        for (int i = 0; i < 2_000; i++)
        {
            FieldLanes a = Any(random, (i % 2) + 1);
            for (int lane = 0; lane < 4; lane++)
            {
                Assert.Equal(Numbers.Mod(Value(a, lane), Numbers.P), Numbers.Number(FieldLanes.Lane(a, lane)));
            }
        }
    }

    [Fact]
    public void TryInvert_GeneratedNumbers_TimesTheNumberIsOne()
    {
        var random = new Random(8_207);
        for (int i = 0; i < 200; i++)
        {
            FieldLanes a = Any(random, 2);
            Assert.True(FieldLanes.TryInvert(a, out FieldLanes inverse));
            AssertIs(inverse, lane => Numbers.Inverse(Numbers.Mod(Value(a, lane), Numbers.P), Numbers.P), 2, $"seed 8207, number {i}");
        }

        FieldLanes zero = Any(random, 1);
        FieldLanes.Select(Vector256.Create(0L, 0, -1, 0), default, ref zero);
        Assert.False(FieldLanes.TryInvert(zero, out _));
    }

    /// <summary>A number of a size, in each lane: often with limbs at the very bound, of one sign or of mixed signs.</summary>
    private static FieldLanes Any(Random random, int size)
    {
        long bound = size * ((1L << 28) + (1L << 24));
        long topBound = size * ((1L << 23) + (1L << 19));
        long[,] limbs = new long[9, 4];
        for (int lane = 0; lane < 4; lane++)
        {
            int kind = random.Next(4);
            int sign = random.Next(2) == 0 ? 1 : -1;
            for (int limb = 0; limb < 9; limb++)
            {
                long most = limb == 8 ? topBound : bound;
                limbs[limb, lane] = kind switch
                {
                    0 => sign * most,
                    1 => random.Next(2) == 0 ? most : -most,
                    _ => random.NextInt64(-most, most + 1),
                };
            }
        }

        Vector256<long> Vector(int limb) => Vector256.Create(limbs[limb, 0], limbs[limb, 1], limbs[limb, 2], limbs[limb, 3]);
        return new FieldLanes
        {
            V0 = Vector(0),
            V1 = Vector(1),
            V2 = Vector(2),
            V3 = Vector(3),
            V4 = Vector(4),
            V5 = Vector(5),
            V6 = Vector(6),
            V7 = Vector(7),
            V8 = Vector(8),
        };
    }

    private static Vector256<long>[] Limbs(in FieldLanes a) => [a.V0, a.V1, a.V2, a.V3, a.V4, a.V5, a.V6, a.V7, a.V8];

    private static BigInteger Value(in FieldLanes a, int lane)
    {
        BigInteger value = 0;
        foreach (Vector256<long> limb in Limbs(a).Reverse())
        {
            value = (value << FieldLanes.LimbBits) + limb[lane];
        }

        return value;
    }

    private static void AssertIs(FieldLanes actual, Func<int, BigInteger> expected, int size, string label)
    {
        Vector256<long>[] limbs = Limbs(actual);
        for (int lane = 0; lane < 4; lane++)
        {
            Assert.True(Numbers.Mod(expected(lane) - Value(actual, lane), Numbers.P).IsZero, $"{label}, lane {lane}");
            for (int limb = 0; limb < 9; limb++)
            {
                long bound = size * (limb == 8 ? (1L << 23) + (1L << 19) : (1L << 28) + (1L << 24));
                Assert.True(Math.Abs(limbs[limb][lane]) <= bound, $"{label}, lane {lane}, limb {limb}: {limbs[limb][lane]}");
            }
        }
    }
}
