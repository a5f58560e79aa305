using Microsoft.AspNetCore.Http;
using SnetGateway.Gateway.Health;
using SnetGateway.Gateway.Health.Heartbeats;
using Xunit;

namespace SnetGateway.Tests.Gateway.Health.Heartbeats;

/// <summary>Whose heartbeat a request asks for, and by which id the service goes.</summary>
public sealed class HeartbeatTargetsTests
{
    [Theory]
    [InlineData("YOUR_ORG_ID", "YOUR_SERVICE_ID", "", "", "20e986a77adb1ab0900dce6f554128496aa26be1e212d682f37898bae226fcfc")]
    [InlineData("YOUR_ORG_ID", "YOUR_SERVICE_ID", "group01", "", "4ba3fb622b620ec46174c9ab30f7f141c56f4d57d994c8e08e39251bf1e9ce30")]
    [InlineData(
        "YOUR_ORG_ID", "YOUR_SERVICE_ID", "99ybRIg2wAx55mqVsA6sB4S7WxPQHNKqa4BPu/bhj+U=", "0x4DCc70c6FCE4064803f0ae0cE48497B3f7182e5D",
        "2e29a82573566583de3ae3ea2f19483e69fb203b56ed1ef8ec3c0b47b6d36d09")]
    public void DaemonId_IsTheReferences(string organization, string service, string group, string registry, string id) =>
        Assert.Equal(id, DaemonId.Of(organization, service, group, registry));

    [Fact]
    public void OnlyService_NeedsNoHost() =>
        Assert.Equal("a", new HeartbeatTargets([Of("a", "a.example.org")]).Find(new HostString("x"), "")?.Name);

    [Theory]
    [InlineData("a.example.org", "a")]
    [InlineData("A.example.org:7000", "a")]
    [InlineData("b.example.org:7001", "b")]
    [InlineData("b.example.org:7002", "any")]
    [InlineData("x.stars.org", "stars")]
    [InlineData("stars.org", "any")]
    [InlineData("127.0.0.1:7000", "any")]
    public void Host_ChoosesTheService(string host, string name) =>
        Assert.Equal(name, Several(Of("any")).Find(new HostString(host), "")?.Name);

    [Fact]
    public void HostOfNobody_WithTwoThatTakeAny_MeansNoService() =>
        Assert.Null(Several(Of("one"), Of("two")).Find(new HostString("x"), ""));

    [Theory]
    [InlineData("b", "b")]
    [InlineData("nobody", null)]
    public void Name_GoesBeforeTheHost(string name, string? found) =>
        Assert.Equal(found, Several(Of("any")).Find(new HostString("a.example.org"), name)?.Name);

    [Theory]
    [InlineData("/example.Echo/{method}", "example.Echo")]
    [InlineData("/example.Echo/{**rest}", "example.Echo")]
    [InlineData("example.Echo/Say", "example.Echo")]
    [InlineData("/{**all}", null)]
    [InlineData("/{service}/Say", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void HealthName_IsWhatARouteWritesInFrontOfTheMethod(string? path, string? name) => Assert.Equal(name, HealthFeed.NameOf(path));

    private static HeartbeatTargets Several(params HeartbeatTarget[] more) =>
        new([Of("a", "a.example.org"), Of("b", "b.example.org:7001"), Of("stars", "*.stars.org"), .. more]);

    private static HeartbeatTarget Of(string name, params string[] hosts) => new(name, name, "", hosts, [name], new HeartbeatOptions());
}
