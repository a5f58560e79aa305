using SnetGateway.Gateway.Admin;
using Xunit;

namespace SnetGateway.Tests.Gateway.Admin;

/// <summary>What of a value is shown.</summary>
public sealed class ShownValueTests
{
    [Theory]
    [InlineData("http://127.0.0.1:7002", "http://127.0.0.1:7002")]
    [InlineData("https://service.example.org/base/", "https://service.example.org/base/")]
    [InlineData("https://user:pass@service.example.org/base?key=k", "https://***@service.example.org/base?***")]
    [InlineData("plain text", "plain text")]
    [InlineData("00:00:05", "00:00:05")]
    public void Value_WithoutUserNameAndQuery(string value, string shown) => Assert.Equal(shown, ShownValue.Of(value));

    [Theory]
    [InlineData("https://node.example.org", "https://node.example.org")]
    [InlineData("https://node.example.org/", "https://node.example.org/")]
    [InlineData("https://node.example.org/v3/key", "https://node.example.org/***")]
    [InlineData("https://key@node.example.org:8545", "https://node.example.org:8545/***")]
    [InlineData("https://node.example.org?key", "https://node.example.org/***")]
    [InlineData("no url", "***")]
    public void Url_UpToItsHost(string value, string shown) => Assert.Equal(shown, ShownValue.OfUrl(value));
}
