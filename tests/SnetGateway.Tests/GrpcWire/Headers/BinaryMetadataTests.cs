using System.Text;
using CsCheck;
using SnetGateway.GrpcWire.Headers;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.GrpcWire.Headers;

public sealed class BinaryMetadataTests(ITestOutputHelper output)
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    [Theory]
    [InlineData("", "")]
    [InlineData("AA==", "00")]
    [InlineData("AA", "00")]
    [InlineData("//8=", "FFFF")]
    [InlineData("//8", "FFFF")]
    [InlineData("+/+/", "FBFFBF")]
    [InlineData("AB", "00")]
    [InlineData("AAECAwQ", "0001020304")]
    public void Decode_Value_Bytes(string value, string hex)
    {
        Span<byte> bytes = new byte[16];
        Assert.True(BinaryMetadata.TryDecode(value, bytes, out int written));
        Assert.Equal(hex, Convert.ToHexString(bytes[..written]));
    }

    [Theory]
    [InlineData("A")]
    [InlineData("AAAAA")]
    [InlineData("A===")]
    [InlineData("====")]
    [InlineData("AA=")]
    [InlineData("AB=C")]
    [InlineData("AB==CDEF")]
    [InlineData("ABC=DEFG")]
    [InlineData("AA,AA")]
    [InlineData("AA==,AA==")]
    [InlineData("AAA,")]
    [InlineData("-_AA")]
    [InlineData("AA A")]
    [InlineData("AAé")]
    [InlineData("AAAA,AAA")]
    public void Decode_Malformed_Refused(string value)
    {
        Assert.False(BinaryMetadata.TryDecode(value, new byte[16], out int written));
        Assert.Equal(0, written);
    }

    [Fact]
    public void Decode_LongerThanTheDestination_Refused()
    {
        string value = BinaryMetadata.Encode(new byte[66]);
        Assert.False(BinaryMetadata.TryDecode(value, new byte[65], out _));
        Assert.True(BinaryMetadata.TryDecode(value, new byte[66], out int written));
        Assert.Equal(66, written);
    }

    [Fact]
    public void Decode_Signature_AllocatesNothing()
    {
        string value = BinaryMetadata.Encode(new byte[65]);
        byte[] bytes = new byte[65];
        BinaryMetadata.TryDecode(value, bytes, out _);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int round = 0; round < 1000; round++)
        {
            BinaryMetadata.TryDecode(value, bytes, out _);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Decode_GeneratedValues_AgreesWithAPlainParser()
    {
        Random random = Seeds.Random(output.WriteLine);
        int accepted = 0;
        Span<byte> bytes = new byte[64];
        for (int round = 0; round < 300_000; round++)
        {
            char[] characters = new char[random.Next(40)];
            for (int index = 0; index < characters.Length; index++)
            {
                characters[index] = random.Next(60) == 0 ? (char)random.Next(0x200) : Alphabet[random.Next(64)];
            }

            for (int padding = random.Next(3); padding > 0 && padding <= characters.Length; padding--)
            {
                characters[^padding] = '=';
            }

            string value = new string(characters);
            byte[]? expected = ReadPlainly(value);
            Assert.Equal(expected is not null, BinaryMetadata.TryDecode(value, bytes, out int written));
            if (expected is not null)
            {
                Assert.Equal(expected, bytes[..written].ToArray());
                Assert.True(expected.Length <= BinaryMetadata.MaxDecodedLength(value.Length));
                accepted++;
            }
        }

        Assert.InRange(accepted, 10_000, 290_000);
    }

    [Fact]
    public void Encode_GeneratedBytes_DecodeToThemselvesPaddedAndUnpadded() =>
        Gen.Byte.Array[0, 99].Sample(
            bytes =>
            {
                byte[] decoded = new byte[bytes.Length];
                foreach (string? value in new[] { BinaryMetadata.Encode(bytes), Convert.ToBase64String(bytes) })
                {
                    Assert.True(BinaryMetadata.TryDecode(value, decoded, out int written));
                    Assert.Equal(bytes, decoded[..written]);
                }
            },
            iter: 20_000);

    private static byte[]? ReadPlainly(string value)
    {
        if (value.Length % 4 == 0)
        {
            value = value.EndsWith("==", StringComparison.Ordinal) ? value[..^2] : value.EndsWith('=') ? value[..^1] : value;
        }

        if (value.Length % 4 == 1 || value.Any(character => !Alphabet.Contains(character, StringComparison.Ordinal)))
        {
            return null;
        }

        var bits = new StringBuilder();
        foreach (char character in value)
        {
            bits.Append(Convert.ToString(Alphabet.IndexOf(character, StringComparison.Ordinal), 2).PadLeft(6, '0'));
        }

        return [.. Enumerable.Range(0, bits.Length / 8).Select(index => Convert.ToByte(bits.ToString(index * 8, 8), 2))];
    }
}
