using System.Text.Json;
using SnetGateway.FunctionalTests.Web;
using SnetGateway.TestKit.Processes;
using Xunit;

namespace SnetGateway.FunctionalTests.Reflection;

/// <summary>A client on grpcio that knows no protocol but reflection's own.</summary>
[Collection(WebMarketFixture.Collection)]
[Trait("Needs", "chain")]
public sealed class GatewayReflectionTests(WebMarketFixture market)
{
    private static readonly string[] s_own =
    [
        "escrow.PaymentChannelStateService", "escrow.FreeCallStateService", "escrow.TokenService",
        "escrow.ProviderControlService", "training.Daemon", "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection",
        "grpc.reflection.v1alpha.ServerReflection",
    ];

    [Fact]
    public async Task ServiceWithKnownDescriptors_IsToldOf_InBothVersions()
    {
        List<Told> told = await AskAsync(WebMarketFixture.NodeHost);
        Assert.Equal(["v1", "v1alpha"], told.Select(one => one.Version));
        Assert.All(told, one => Assert.Equal([.. s_own, "example.Echo", "example.EchoControl", "example.Summary"], one.Services));
        Assert.All(told, one => Assert.Equal(
            ["Say", "Count", "Gather", "Talk"], one.Methods!.Select(method => method[..method.IndexOf('(', StringComparison.Ordinal)])));
        Assert.All(told, one => Assert.Equal("Say(example.EchoRequest) returns (example.EchoReply)", one.Methods![0]));
        Assert.All(told, one => Assert.True(one.Described));
        Assert.All(told, one => Assert.Equal(1, one.Health));
        Assert.All(told, one => Assert.Equal([5, 5], one.Missing));
    }

    [Fact]
    public async Task HostOfAServiceWithoutDescriptors_IsToldOfTheGatewayOnly()
    {
        List<Told> told = await AskAsync(WebMarketFixture.PythonHost);
        Assert.All(told, one => Assert.Equal(s_own, one.Services));
        Assert.All(told, one => Assert.Null(one.Methods));
    }

    private async Task<List<Told>> AskAsync(string host)
    {
        await using var client = ChildProcess.Start(
            "/usr/bin/python3",
            [Repository.Existing("tests/clients/python/reflect.py", "the checkout is incomplete"), market.Endpoint(host), "example.Echo"]);
        var told = new List<Told>();
        for (int version = 0; version < 2; version++)
        {
            told.Add(
                JsonSerializer.Deserialize<Told>(await client.WaitForLineAsync(line => line.StartsWith('{')), JsonSerializerOptions.Web)!);
        }

        return told;
    }

    private sealed record Told(string Version, string[] Services, string[]? Methods, bool Described, int Health, int[] Missing);
}
