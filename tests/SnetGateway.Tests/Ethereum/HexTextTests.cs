using System.Text.Json;
using SnetGateway.Ethereum.JsonRpc;
using Xunit;

namespace SnetGateway.Tests.Ethereum;

public sealed class HexTextTests
{
    [Theory]
    [InlineData("\"0x0\"", 0UL)]
    [InlineData("\"0x4e\"", 78UL)]
    [InlineData("\"0xffffffffffffffff\"", ulong.MaxValue)]
    public void TryReadQuantity_Quantities_AreRead(string json, ulong expected)
    {
        Assert.True(HexText.TryReadQuantity(Parse(json), out ulong number));
        Assert.Equal(expected, number);
        Assert.Equal(json.Trim('"'), HexText.Quantity(number));
    }

    [Theory]
    [InlineData("\"0x\"")]
    [InlineData("\"0x00\"")]
    [InlineData("\"0x01\"")]
    [InlineData("\"4e\"")]
    [InlineData("\"0X4e\"")]
    [InlineData("\"0x10000000000000000\"")]
    [InlineData("\"0x 1\"")]
    [InlineData("\"0x-1\"")]
    [InlineData("\"\"")]
    [InlineData("78")]
    [InlineData("null")]
    [InlineData("{}")]
    public void TryReadQuantity_AnythingElse_IsRefused(string json) => Assert.False(HexText.TryReadQuantity(Parse(json), out _));

    [Theory]
    [InlineData("\"0x\"", true)]
    [InlineData("\"0x00ff\"", true)]
    [InlineData("\"0x0\"", false)]
    [InlineData("\"00\"", false)]
    [InlineData("\"0xzz\"", false)]
    [InlineData("null", false)]
    public void TryReadData_TakesWholeBytesOnly(string json, bool expected) =>
        Assert.Equal(expected, HexText.TryReadData(Parse(json), out _));

    private static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
