using System.Globalization;
using System.Numerics;
using SnetGateway.FastSignatures;

namespace SnetGateway.Tests.FastSignatures;

/// <summary>The curve's numbers, and numbers at which arithmetic breaks.</summary>
internal static class Numbers
{
    public static BigInteger TwoTo256 { get; } = BigInteger.One << 256;

    /// <summary>The field's prime.</summary>
    public static BigInteger P { get; } = TwoTo256 - (BigInteger.One << 32) - 977;

    /// <summary>The order of the group.</summary>
    public static BigInteger N { get; } = Hex("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141");

    /// <summary>lambda (x, y) is (beta x, y).</summary>
    public static BigInteger Lambda { get; } = Hex("5363AD4CC05C30E0A5261C028812645A122E22EA20816678DF02967C1B23BD72");

    public static IReadOnlyList<BigInteger> Edges { get; } = MakeEdges();

    public static BigInteger Mod(BigInteger number, BigInteger modulus)
    {
        BigInteger rest = number % modulus;
        return rest.Sign < 0 ? rest + modulus : rest;
    }

    public static BigInteger Inverse(BigInteger number, BigInteger modulus) => BigInteger.ModPow(number, modulus - 2, modulus);

    public static BigInteger Read(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    public static BigInteger Number(Words256 words)
    {
        Span<byte> bytes = stackalloc byte[32];
        words.WriteBigEndian(bytes);
        return Read(bytes);
    }

    public static byte[] Bytes(BigInteger number)
    {
        byte[] bytes = new byte[32];
        byte[] tight = number.ToByteArray(isUnsigned: true, isBigEndian: true);
        tight.CopyTo(bytes, 32 - tight.Length);
        return bytes;
    }

    public static Words256 Words(BigInteger number) => Words256.ReadBigEndian(Bytes(number));

    /// <summary>256 bits, each as likely as the others.</summary>
    public static BigInteger Uniform(Random random)
    {
        byte[] bytes = new byte[32];
        random.NextBytes(bytes);
        return Read(bytes);
    }

    /// <summary>Any 256 bits; a third of them with long runs of ones and zeros, where carries go far.</summary>
    public static BigInteger Any(Random random)
    {
        byte[] bytes = new byte[32];
        random.NextBytes(bytes);
        switch (random.Next(6))
        {
            case 0:
                BigInteger runs = 0;
                for (int bits = 0; bits < 256;)
                {
                    int length = random.Next(1, 80);
                    runs = (runs << length) + (random.Next(2) == 0 ? 0 : (BigInteger.One << length) - 1);
                    bits += length;
                }

                return runs % TwoTo256;
            case 1:
                return Edges[random.Next(Edges.Count)];
            case 2:
                return Read(bytes) >> random.Next(256);
            default:
                return Read(bytes);
        }
    }

    private static BigInteger Hex(string digits) => BigInteger.Parse("0" + digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static List<BigInteger> MakeEdges()
    {
        var edges = new List<BigInteger>();
        BigInteger[] centres = [0, P, N, TwoTo256, P / 2, N / 2, Lambda, N - Lambda, P - N, (BigInteger.One << 128)];
        foreach (BigInteger centre in centres)
        {
            edges.AddRange(Enumerable.Range(-3, 7).Select(i => centre + i));
        }

        foreach (int bit in new[]
        {
            1, 5, 6, 23, 24, 28, 29, 30, 31, 32, 33, 58, 62, 63, 64, 65, 87, 116, 124, 127, 129, 132, 186, 192, 203, 232, 248, 255,
        })
        {
            edges.AddRange(
                [(BigInteger.One << bit) - 1, BigInteger.One << bit, (BigInteger.One << bit) + 1, TwoTo256 - (BigInteger.One << bit)]);
        }

        return [.. edges.Where(edge => edge.Sign >= 0 && edge < TwoTo256).Distinct()];
    }
}
