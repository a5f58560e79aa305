using System.Text;
using CsCheck;
using SnetGateway.GrpcWire.Statuses;
using Xunit;

namespace SnetGateway.Tests.GrpcWire.Statuses;

public sealed class GrpcMessageTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("plain text ~", "plain text ~")]
    [InlineData("100%", "100%25")]
    [InlineData("a\nb\tc", "a%0Ab%09c")]
    [InlineData("\u007f", "%7F")]
    [InlineData("Zürich", "Z%C3%BCrich")]
    [InlineData("😀", "%F0%9F%98%80")]
    public void Encode_Text_AsTheProtocolWritesIt(string text, string expected) => Assert.Equal(expected, GrpcMessage.Encode(text));

    // Not rows of the table above: an attribute cannot hold half a character.
    [Fact]
    public void Encode_LoneSurrogates_ReplacementCharacters()
    {
        Assert.Equal("a%EF%BF%BDb", GrpcMessage.Encode("a\ud800b"));
        Assert.Equal("%EF%BF%BD", GrpcMessage.Encode("\udc00"));
    }

    [Fact]
    public void Encode_PlainText_SameInstance()
    {
        string text = new string('x', 10);
        Assert.Same(text, GrpcMessage.Encode(text));
        Assert.Same(text, GrpcMessage.Decode(text));
    }

    [Theory]
    [InlineData("a%20b", "a b")]
    [InlineData("%c3%bc", "ü")]
    [InlineData("50%", "50%")]
    [InlineData("%2", "%2")]
    [InlineData("%zz%41", "%zzA")]
    [InlineData("%FF", "\ufffd")]
    [InlineData("ü%41", "üA")]
    public void Decode_Value_NeverFails(string value, string expected) => Assert.Equal(expected, GrpcMessage.Decode(value));

    [Fact]
    public void Encode_GeneratedTexts_DecodeToThemselvesAndStayPrintable() =>
        Gen.String[Gen.Frequency((2, Gen.Char['\0', '\u007f']), (1, Gen.Char['\0', '\uffff'])), 0, 39].Sample(
            text =>
            {
                string encoded = GrpcMessage.Encode(text);
                Assert.DoesNotContain(encoded, character => character is < ' ' or > '~');
                Assert.Equal(Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)), GrpcMessage.Decode(encoded));
                GrpcMessage.Decode(text);
            },
            iter: 200_000);

    [Fact]
    public void Decode_LongValue_Whole()
    {
        string text = string.Concat(Enumerable.Repeat("ü%", 5000));
        Assert.Equal(text, GrpcMessage.Decode(GrpcMessage.Encode(text)));
    }
}
