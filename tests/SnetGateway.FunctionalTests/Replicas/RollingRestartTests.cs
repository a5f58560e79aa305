using System.Globalization;
using SnetGateway.FunctionalTests.Market;
using SnetGateway.TestKit.Market;
using Xunit;

namespace SnetGateway.FunctionalTests.Replicas;

/// <summary>Three replicas behind haproxy are stopped and started one after the other, while consumers pay through the balancer.</summary>
[Collection(DevChainFixture.Replicas)]
[Trait("Needs", "etcd")]
[Trait("Needs", "chain")]
public sealed class RollingRestartTests(DevChainFixture fixture, ITestOutputHelper output)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task RestartOfOneReplicaAfterTheOther_FailsNoCall_AndConnectionsFindTheirWayBack()
    {
        int restarts = Setting("SNET_CAMPAIGN_RESTARTS", 3);
        await using var balancer = new Balancer();
        await using ReplicaMarket market = await ReplicaMarket.StartAsync(
            fixture.Chain, await EtcdReplicaStore.StartAsync(), 3, Setting("SNET_CAMPAIGN_CONSUMERS", 8),
            seed: Setting("SNET_TEST_SEED", 1),
            new Dictionary<string, string>
            {
                ["SnetGateway:Listeners:Public:TrustedProxies:0"] = "127.0.0.1",
                ["SnetGateway:Limits:DrainDelay"] = "00:00:03",
                ["SnetGateway:Limits:MaxConnectionAge"] = "00:00:02",
            },
            balancer: balancer.StartAsync);
        using var stop = new CancellationTokenSource();
        int grants = 0;
        Task[] paying = [.. market.Consumers.Select(consumer => consumer.PayAsync(0, () => Interlocked.Increment(ref grants), stop.Token))];
        for (int i = 0; i < restarts; i++)
        {
            GatewayProcess gateway = market.Gateways[i % market.Gateways.Count];
            Assert.Equal(0, await gateway.StopAsync());
            await gateway.StartAgainAsync();
            await gateway.WaitUntilReadyAsync();
            await TestKit.Processes.Eventually.TrueAsync(
                "every replica is used again",
                async () => (await balancer.ServersAsync()) is { Count: 3 } servers
                    && servers.All(server => server is { IsUp: true, Connections: > 0 }),
                s_patience);
        }

        await stop.CancelAsync();
        await Task.WhenAll(paying).WaitAsync(s_patience);
        await market.CheckRecordsAsync();
        await market.VerifyAsync();
        await balancer.StopAsync();
        UnansweredCall[] unanswered = [.. market.Consumers.SelectMany(consumer => consumer.Unanswered)];
        output.WriteLine($"{restarts} restarts, {grants} payments granted, {unanswered.Length} calls without a status");
        Report(unanswered, balancer);
        Assert.Empty(market.Consumers.SelectMany(consumer => consumer.Refusals));
        Assert.Equal(0, market.Consumers.Sum(consumer => consumer.Grants.MoreThanOnce));
    }

    private static int Setting(string name, int otherwise) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } text
        ? int.Parse(text, CultureInfo.InvariantCulture)
        : otherwise;

    /// <summary>The client's view beside the balancer's, which names the side that closed the connection.</summary>
    private void Report(UnansweredCall[] unanswered, Balancer balancer)
    {
        foreach (UnansweredCall call in unanswered)
        {
            output.WriteLine($"{call.Time:HH:mm:ss.fff} {call.Cause}");
            foreach (string line in call.Ports.SelectMany(balancer.LogOf))
            {
                output.WriteLine($"    {line}");
            }
        }

        foreach (IGrouping<string, string> change in balancer.ServerChanges.GroupBy(line => line.Split(',', 4) is [_, _, var reason, ..]
            ? $"{line.Split(' ')[3]}{reason}"
            : line))
        {
            output.WriteLine($"the balancer's servers: {change.Count()} x {change.Key}");
        }
    }
}
