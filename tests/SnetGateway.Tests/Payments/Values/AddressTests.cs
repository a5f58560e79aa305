using SnetGateway.Payments.Values;
using Xunit;

namespace SnetGateway.Tests.Payments.Values;

public sealed class AddressTests
{
    [Theory]
    [InlineData("0x1a642f0e3c3af545e7acbd38b07251b3990914f1")]
    [InlineData("0x1a642f0E3c3aF545E7AcBD38b07251B3990914F1")]
    [InlineData("0x1A642F0E3C3AF545E7ACBD38B07251B3990914F1")]
    public void TryParse_FortyDigitsOfAnyCase_AreOneAddress(string text)
    {
        Assert.True(Address.TryParse(text, out Address address));
        Assert.Equal("0x1a642f0e3c3af545e7acbd38b07251b3990914f1", address.ToString());
        Assert.Equal(Address.Parse("0x1a642f0e3c3af545e7acbd38b07251b3990914f1"), address);
        Assert.Equal(address, new Address(address.ToBytes()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0x")]
    [InlineData("1a642f0e3c3af545e7acbd38b07251b3990914f1")]
    [InlineData("0X1a642f0e3c3af545e7acbd38b07251b3990914f1")]
    [InlineData("0x1a642f0e3c3af545e7acbd38b07251b3990914f")]
    [InlineData("0x1a642f0e3c3af545e7acbd38b07251b3990914f12")]
    [InlineData("0x1a642f0e3c3af545e7acbd38b07251b3990914f1zz")]
    [InlineData("0x1a642f0e3c3af545e7acbd38b07251b3990914zz")]
    [InlineData(" 0x1a642f0e3c3af545e7acbd38b07251b3990914f1")]
    [InlineData("0x1a642f0e3c3af545e7acbd38b07251b3990914f ")]
    [InlineData("0x１a642f0e3c3af545e7acbd38b07251b3990914f1")]
    public void TryParse_AnythingElse_IsRefused(string text)
    {
        Assert.False(Address.TryParse(text, out Address address));
        Assert.True(address.IsZero);
        Assert.Throws<FormatException>(() => Address.Parse(text));
    }

    [Fact]
    public void Equality_DiffersInEveryByte()
    {
        for (int i = 0; i < Address.Size; i++)
        {
            byte[] bytes = new byte[Address.Size];
            bytes[i] = 1;
            var one = new Address(bytes);
            Assert.NotEqual(default, one);
            Assert.True(one != default);
            Assert.False(one.IsZero);
            Assert.Equal(bytes, one.ToBytes());
        }
    }

    [Theory]
    [InlineData(19)]
    [InlineData(21)]
    public void Constructor_WrongLength_Throws(int length) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new Address(new byte[length]));

    [Theory]
    [InlineData("99ybRIg2wAx55mqVsA6sB4S7WxPQHNKqa4BPu/bhj+U=", true)]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", true)]
    [InlineData(null, false)]
    [InlineData("", false)]
    [InlineData("99ybRIg2wAx55mqVsA6sB4S7WxPQHNKqa4BPu/bhj+U", false)]
    [InlineData("99ybRIg2wAx55mqVsA6sB4S7WxPQHNKqa4BPu_bhj-U=", false)]
    [InlineData("99ybRIg2wAx55mqVsA6sB4S7WxPQHNKqa4BPu/bhjw==", false)]
    [InlineData("99ybRIg2wAx55mqVsA6sB4S7WxPQHNKqa4BPu/bhj+UA", false)]
    [InlineData("99ybRIg2wAx55mqVsA6sB4S7WxPQHNKqa4BPu/b    =", false)]
    public void Bytes32_Base64_IsExactlyThirtyTwoBytes(string? text, bool fits)
    {
        Assert.Equal(fits, Bytes32.TryParseBase64(text, out Bytes32 value));
        Assert.Equal(fits ? text : Convert.ToBase64String(new byte[32]), Convert.ToBase64String(value.ToBytes()));
    }
}
