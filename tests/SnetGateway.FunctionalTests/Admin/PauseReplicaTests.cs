using System.Net.Http.Json;
using System.Text.Json;
using SnetGateway.FunctionalTests.Market;
using SnetGateway.TestKit.Etcd;
using SnetGateway.TestKit.Market;
using SnetGateway.TestKit.Processes;
using Xunit;

namespace SnetGateway.FunctionalTests.Admin;

/// <summary>A pause of two gateways that share a ledger.</summary>
[Collection(DevChainFixture.Replicas)]
[Trait("Needs", "etcd")]
[Trait("Needs", "chain")]
public sealed class PauseReplicaTests(DevChainFixture fixture)
{
    [Fact]
    public async Task PauseAtOneGateway_HoldsAtAll_AndAtOneThatStartsLater()
    {
        await using EtcdProcess etcd = await EtcdProcess.StartAsync();
        await using ExampleServiceProcess service = await ExampleServiceProcess.StartAsync(ExampleLanguage.JavaScript);
        await using var client = new PayingSession(ClientStack.Node);
        ChainState chain = fixture.Chain.State;
        var settings = new GatewaySettings(chain, new MarketService("echo", service.Address))
        {
            Options = new Dictionary<string, string>
            {
                ["SnetGateway:Ledger:Store"] = "etcd",
                ["SnetGateway:Ledger:Etcd:Endpoints:0"] = etcd.Endpoint,
            },
        };
        await using GatewayProcess one = await GatewayProcess.StartAsync(settings);
        await using GatewayProcess two = await GatewayProcess.StartAsync(settings);
        ChainChannel channel = await fixture.Chain.OpenChannelAsync(1_000);
        Assert.Equal(0, await PayAsync(two));
        Assert.Equal(0, (await one.RunCommandAsync("pause", "--all")).ExitCode);
        await Eventually.TrueAsync("the other gateway knows it", async () => await PausesAsync(two) == 1);
        Assert.Equal(14, await PayAsync(two));
        await using GatewayProcess three = await GatewayProcess.StartAsync(settings);
        Assert.Equal(14, await PayAsync(three));

        Assert.Equal(0, (await three.RunCommandAsync("resume", "--all")).ExitCode);
        await Eventually.TrueAsync("all know it", async () => await PausesAsync(one) + await PausesAsync(two) == 0);
        foreach (GatewayProcess gateway in (GatewayProcess[])[one, two, three])
        {
            Assert.Equal(0, await PayAsync(gateway));
        }

        async Task<int> PayAsync(GatewayProcess gateway) => (await client.CallAsync(new ClientJob
        {
            Endpoint = gateway.Endpoint,
            Method = "example.Echo/Say",
            Requests = [new { text = "hello" }],
            Payment = ClientPayment.From(chain, channel, 10) with { FromState = true },
        })).Code;
    }

    private static async Task<int> PausesAsync(GatewayProcess gateway)
    {
        using var http = new HttpClient();
        return (await http.GetFromJsonAsync<JsonElement>(new Uri(gateway.Admin, "/api/v1/pauses"))).GetArrayLength();
    }
}
