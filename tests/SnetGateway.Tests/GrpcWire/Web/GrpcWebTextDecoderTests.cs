using System.Text;
using SnetGateway.GrpcWire.Web;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.GrpcWire.Web;

/// <summary>Base64 as clients of gRPC-Web text send it, held to a plain second reading.</summary>
public sealed class GrpcWebTextDecoderTests(ITestOutputHelper output)
{
    private const int GeneratedTexts = 20_000;
    private const int GeneratedGarbage = 200_000;
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    [Theory]
    [InlineData("", "")]
    [InlineData("aGVsbG8=", "hello")]
    [InlineData("aGVsbG8h", "hello!")]
    [InlineData("aA==aQ==", "hi")]
    [InlineData("AAAAAAUIAQ==AAAA", "\0\0\0\0\u0005\u0008\u0001\0\0\0")]
    public void Text_IsDecoded_WithPaddingInTheMiddleToo(string text, string expected) =>
        Assert.Equal(expected, Latin1(DecodeWhole(text)!));

    [Theory]
    [InlineData("====")]
    [InlineData("a===")]
    [InlineData("aA=b")]
    [InlineData("=AAA")]
    [InlineData("aGVs\nbG8=")]
    [InlineData("aGVs bG8=")]
    [InlineData("aGV-")]
    [InlineData("aGV_")]
    [InlineData("aGVsbG8\0")]
    [InlineData("aGVsbG8\u00ff")]
    public void Text_InvalidBase64_Fails(string text) => Assert.Null(DecodeWhole(text));

    [Theory]
    [InlineData("a")]
    [InlineData("aG")]
    [InlineData("aGV")]
    [InlineData("aGVsbG8")]
    [InlineData("aA=")]
    public void Text_ThatEndsInsideAGroup_IsUnfinished(string text)
    {
        var decoder = default(GrpcWebTextDecoder);
        decoder.Decode(Encoding.Latin1.GetBytes(text), new byte[16]);
        Assert.False(decoder.HasFailed);
        Assert.True(decoder.IsInsideGroup);
    }

    [Fact]
    public void Generated_PiecesEncodedSeparately_SplitAtEveryPosition_GiveTheSameBytes()
    {
        Random random = Seeds.Random(output.WriteLine);
        for (int i = 0; i < GeneratedTexts; i++)
        {
            var text = new StringBuilder();
            var bytes = new List<byte>();
            for (int piece = random.Next(4); piece >= 0; piece--)
            {
                byte[] part = new byte[random.Next(9)];
                random.NextBytes(part);
                bytes.AddRange(part);
                text.Append(Convert.ToBase64String(part));
            }

            byte[] characters = Encoding.ASCII.GetBytes(text.ToString());
            for (int split = 0; split <= characters.Length; split++)
            {
                var decoder = default(GrpcWebTextDecoder);
                byte[] decoded = new byte[bytes.Count + 6];
                int written = decoder.Decode(characters.AsSpan(0, split), decoded);
                written += decoder.Decode(characters.AsSpan(split), decoded.AsSpan(written));
                Assert.False(decoder.HasFailed || decoder.IsInsideGroup);
                Assert.True(bytes.ToArray().AsSpan().SequenceEqual(decoded.AsSpan(0, written)));
            }
        }
    }

    [Fact]
    public void Generated_AnyCharacters_InAnyChunks_AgreeWithAPlainParser()
    {
        Random random = Seeds.Random(output.WriteLine);
        byte[] decoded = new byte[64];
        for (int i = 0; i < GeneratedGarbage; i++)
        {
            byte[] text = new byte[random.Next(17)];
            for (int at = 0; at < text.Length; at++)
            {
                text[at] = random.Next(12) switch
                {
                    0 => (byte)random.Next(256),
                    1 or 2 => (byte)'=',
                    _ => (byte)Alphabet[random.Next(Alphabet.Length)],
                };
            }

            var decoder = default(GrpcWebTextDecoder);
            int written = 0, from = 0;
            while (from < text.Length)
            {
                int length = random.Next(1, text.Length - from + 1);
                written += decoder.Decode(text.AsSpan(from, length), decoded.AsSpan(written, GrpcWebTextDecoder.MaxBytes(length)));
                from += length;
            }

            (byte[]? bytes, bool isBroken, bool isUnfinished) = ReadPlainly(text);
            Assert.Equal(isBroken, decoder.HasFailed);
            Assert.True(bytes.AsSpan().SequenceEqual(decoded.AsSpan(0, written)), Encoding.Latin1.GetString(text));
            if (!isBroken)
            {
                Assert.Equal(isUnfinished, decoder.IsInsideGroup);
            }
        }
    }

    /// <summary>Group by group, each by .NET's own reader.</summary>
    private static (byte[] Bytes, bool IsBroken, bool IsUnfinished) ReadPlainly(byte[] text)
    {
        var bytes = new List<byte>();
        for (int at = 0; at + 4 <= text.Length; at += 4)
        {
            string group = Encoding.Latin1.GetString(text, at, 4);
            if (!IsGroup(group))
            {
                return ([.. bytes], true, false);
            }

            int padding = group.Count(character => character == '=');
            bytes.AddRange(Convert.FromBase64String(group.Replace('=', 'A'))[..(3 - padding)]);
        }

        string rest = Encoding.Latin1.GetString(text, text.Length / 4 * 4, text.Length % 4);
        return ([.. bytes], !System.Text.RegularExpressions.Regex.IsMatch(rest, @"\A(?:[A-Za-z0-9+/]{0,3}|[A-Za-z0-9+/]{2}=)\z"),
            rest.Length > 0);
    }

    private static bool IsGroup(string group) =>
        System.Text.RegularExpressions.Regex.IsMatch(group, @"\A(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==)\z");

    private static byte[]? DecodeWhole(string text)
    {
        var decoder = default(GrpcWebTextDecoder);
        byte[] bytes = new byte[GrpcWebTextDecoder.MaxBytes(text.Length)];
        int written = decoder.Decode(Encoding.Latin1.GetBytes(text), bytes);
        return decoder.HasFailed || decoder.IsInsideGroup ? null : bytes[..written];
    }

    private static string Latin1(byte[] bytes) => Encoding.Latin1.GetString(bytes);
}
