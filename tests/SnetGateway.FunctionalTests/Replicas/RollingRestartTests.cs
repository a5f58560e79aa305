using System.Globalization;
using SnetGateway.FunctionalTests.Market;
using SnetGateway.TestKit.Market;
using Xunit;

namespace SnetGateway.FunctionalTests.Replicas;

/// <summary>Three replicas behind haproxy are stopped and started one after the other, while consumers pay through the balancer.</summary>
[Collection(DevChainFixture.Collection)]
[Trait("Needs", "etcd")]
[Trait("Needs", "chain")]
public sealed class RollingRestartTests(DevChainFixture fixture, ITestOutputHelper output)
{
    private const int Consumers = 8;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task RestartOfOneReplicaAfterTheOther_FailsNoCall_AndConnectionsFindTheirWayBack()
    {
        int rounds = Environment.GetEnvironmentVariable("SNET_CAMPAIGN_ROUNDS") is { Length: > 0 } text
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : 1;
        await using var balancer = new Balancer();
        await using ReplicaMarket market = await ReplicaMarket.StartAsync(
            fixture.Chain, await EtcdReplicaStore.StartAsync(), 3, Consumers, seed: 1,
            new Dictionary<string, string>
            {
                ["SnetGateway:Listeners:Public:TrustedProxies:0"] = "127.0.0.1",
                ["SnetGateway:Limits:DrainDelay"] = "00:00:03",
                ["SnetGateway:Limits:MaxConnectionAge"] = "00:00:05",
            },
            balancer: balancer.StartAsync);
        using var stop = new CancellationTokenSource();
        int grants = 0;
        Task[] paying = [.. market.Consumers.Select(consumer => consumer.PayAsync(0, () => Interlocked.Increment(ref grants), stop.Token))];
        for (int round = 0; round < rounds; round++)
        {
            foreach (GatewayProcess gateway in market.Gateways)
            {
                Assert.Equal(0, await gateway.StopAsync());
                await gateway.StartAgainAsync();
                await gateway.WaitUntilReadyAsync();
                await TestKit.Processes.Eventually.TrueAsync(
                    "every replica is used again",
                    async () => (await balancer.ServersAsync()) is { Count: 3 } servers
                        && servers.All(server => server is { IsUp: true, Connections: > 0 }),
                    s_patience);
            }
        }

        await stop.CancelAsync();
        await Task.WhenAll(paying).WaitAsync(s_patience);
        await market.CheckRecordsAsync();
        await market.VerifyAsync();
        output.WriteLine($"{3 * rounds} restarts, {grants} payments granted");
        Assert.Empty(market.Consumers.SelectMany(consumer => consumer.Refusals));
        Assert.Equal(0, market.Consumers.Sum(consumer => consumer.Grants.MoreThanOnce));
    }
}
