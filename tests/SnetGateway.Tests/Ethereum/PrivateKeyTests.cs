using SnetGateway.Ethereum.Signatures;
using SnetGateway.Payments.Values;
using Xunit;

namespace SnetGateway.Tests.Ethereum;

public sealed class PrivateKeyTests
{
    // The first account of the public test mnemonic.
    private const string Hex = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

    [Theory]
    [InlineData(Hex)]
    [InlineData("0x" + Hex)]
    [InlineData("  0x" + Hex + "\n")]
    public void TryParse_HexOfAKeyFile_HasItsAddress(string text) =>
        Assert.Equal("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", AddressText.Checksum(PrivateKey.Parse(text).Address));

    [Theory]
    [InlineData("")]
    [InlineData("0x")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141")]
    [InlineData("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    [InlineData("zc0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80")]
    [InlineData(Hex + "00")]
    public void TryParse_InvalidKey_IsRefused(string text) => Assert.False(PrivateKey.TryParse(text, out _));

    [Fact]
    public void TryParse_LargestKey_IsAccepted() =>
        Assert.True(PrivateKey.TryParse("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140", out _));

    [Fact]
    public void ToString_NeverShowsTheKey()
    {
        var key = PrivateKey.Parse(Hex);
        Assert.DoesNotContain(Hex[..8], key.ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(
            Hex[..8], System.Text.Json.JsonSerializer.Serialize(new { key.Address, Text = $"{key}" }), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(
            typeof(PrivateKey).GetProperties(),
            property => property.PropertyType == typeof(byte[]) || property.PropertyType == typeof(string));
    }

    [Fact]
    public void Parse_InvalidKey_ThrowsWithoutRepeatingTheText()
    {
        FormatException exception = Assert.Throws<FormatException>(() => PrivateKey.Parse("secret words"));
        Assert.DoesNotContain("secret", exception.Message, StringComparison.Ordinal);
    }

    [Theory] // the examples of EIP-55
    [InlineData("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")]
    [InlineData("0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359")]
    [InlineData("0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB")]
    [InlineData("0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb")]
    [InlineData("0x52908400098527886E0F7030069857D2E4169EE7")]
    [InlineData("0xde709f2102306220921060314715629080e2fb77")]
    public void Checksum_ExamplesOfTheStandard(string text) => Assert.Equal(text, AddressText.Checksum(Address.Parse(text)));
}
