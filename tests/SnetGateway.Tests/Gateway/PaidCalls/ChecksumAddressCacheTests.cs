using SnetGateway.Gateway.PaidCalls;
using SnetGateway.Payments.Values;
using Xunit;

namespace SnetGateway.Tests.Gateway.PaidCalls;

public sealed class ChecksumAddressCacheTests
{
    [Theory]
    [InlineData("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")]
    [InlineData("0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359")]
    [InlineData("0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB")]
    public void Text_HasItsChecksum_EachTime(string text)
    {
        var names = new ChecksumAddressCache();
        var address = Address.Parse(text);
        Assert.Equal(text, names.TextOf(address));
        Assert.Same(names.TextOf(address), names.TextOf(address));
    }

    [Fact]
    public void PayersOnOnePlace_AreNotTakenForEachOther()
    {
        var names = new ChecksumAddressCache();
        byte[] bytes = new byte[Address.Size];
        for (int i = 0; i < 20_000; i++)
        {
            BitConverter.TryWriteBytes(bytes, i);
            var address = new Address(bytes);
            Assert.Equal(address.ToString(), names.TextOf(address), ignoreCase: true);
        }
    }
}
