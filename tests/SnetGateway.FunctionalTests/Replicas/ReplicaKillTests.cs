using System.Globalization;
using System.Numerics;
using SnetGateway.FunctionalTests.Crashes;
using SnetGateway.FunctionalTests.Market;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.FunctionalTests.Replicas;

/// <summary>
/// Three gateways on one store; gateways and store are killed, stopped, taken away and filled one after the other, under load from honest
/// and dishonest consumers. tests/campaigns/kill.sh --store etcd (or redis) runs the same for longer.
/// </summary>
[Collection(DevChainFixture.Kills)]
[Trait("Needs", "etcd")]
[Trait("Needs", "redis")]
[Trait("Needs", "chain")]
public sealed class ReplicaKillTests(DevChainFixture fixture, ITestOutputHelper output)
{
    private const int Gateways = 3;
    private const int Honest = 12;
    private const int Dishonest = 4;
    private const int CopiesForEachGateway = 3;
    private const int MostGrantsBetween = 200;
    private const int LedgerMismatch = 3001; // another ledger serves this group: there is none
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task OnEtcd_KillsAndStopsOfAnyProcess_LoseNothing_SellNothingTwice_AndBlockNoChannel() =>
        await RunAsync(await EtcdReplicaStore.StartAsync());

    [Fact]
    public async Task OnRedis_KillsAndStopsOfAnyProcess_LoseNothing_SellNothingTwice_AndBlockNoChannel() =>
        await RunAsync(await RedisReplicaStore.StartAsync());

    private async Task RunAsync(ReplicaStore store)
    {
        int kills = (int)Setting("SNET_CAMPAIGN_REPLICA_KILLS", 3);
        var limit = TimeSpan.FromMinutes(Setting("SNET_CAMPAIGN_MINUTES", 10));
        // only a campaign may end by its time
        int leastKills = Environment.GetEnvironmentVariable("SNET_CAMPAIGN_MINUTES") is { Length: > 0 } ? 1 : kills;
        int seed = Seeds.Next(output.WriteLine);
        TimeProvider time = TimeProvider.System;
        long begin = time.GetTimestamp();
        await using ReplicaMarket market = await ReplicaMarket.StartAsync(
            fixture.Chain, store, Gateways, Honest + Dishonest, seed, pause: TimeSpan.FromMilliseconds(Setting("SNET_CAMPAIGN_PAUSE", 0)));
        using var stop = new CancellationTokenSource();
        var grants = new GrantCount();
        Task[] paying =
        [
            .. market.Consumers.Select((consumer, i) => consumer.PayAsync(i < Honest ? 0 : CopiesForEachGateway, grants.Add, stop.Token)),
            .. market.Others.PayAsync(null, grants.Add, stop.Token),
        ];
        var faults = new ReplicaFaults(market, new Random(seed), time, grants, () => ProgressAsync(market, paying));
        while (faults.Kills < kills && time.GetElapsedTime(begin) < limit)
        {
            await ProgressAsync(market, paying);
            await faults.NextAsync(MostGrantsBetween);
            await market.CheckRecordsAsync();
        }

        await ProgressAsync(market, paying); // nobody is blocked by anything that happened
        await stop.CancelAsync();
        await Task.WhenAll(paying).WaitAsync(s_patience);
        await market.CheckRecordsAsync();
        await market.VerifyAsync();
        output.WriteLine(await market.CheckCountersAsync());
        BigInteger sum = await market.ClaimAllAsync();

        Tell("honest", market.Consumers.Take(Honest));
        Tell("dishonest", market.Consumers.Skip(Honest));
        int payments = market.Consumers.Sum(consumer => consumer.Grants.Payments);
        output.WriteLine(
            $"{time.GetElapsedTime(begin).TotalSeconds:0} s; {payments} payments granted, {sum} cogs claimed on the chain; {faults}");
        Assert.True(faults.Kills >= leastKills, $"Only {faults.Kills} of {kills} kills were made in {limit}: too few to say anything.");
        Assert.Equal(0, market.Consumers.Sum(consumer => consumer.Grants.MoreThanOnce));
        Assert.True(sum >= payments * (BigInteger)ReplicaMarket.Price, "More was granted than was claimed.");

        // A call that its consumer gave up may run on where it was stopped: only after such a one is an honest consumer outrun by itself.
        int Told(string part) => market.Consumers.Take(Honest)
            .SelectMany(consumer => consumer.Refusals)
            .Where(refusal => refusal.Key.Contains(part, StringComparison.Ordinal))
            .Sum(refusal => refusal.Value);
        Assert.InRange(Told("is in progress") + Told("income"), 0, Told("no answer"));
        Assert.DoesNotContain(market.Gateways.SelectMany(gateway => gateway.Log), line => line.EventId == LedgerMismatch);
    }

    private void Tell(string who, IEnumerable<ReplicaConsumer> consumers)
    {
        foreach (IGrouping<string, KeyValuePair<string, int>> kind in consumers.SelectMany(consumer => consumer.Refusals)
            .GroupBy(refusal => refusal.Key))
        {
            output.WriteLine($"{who}: {kind.Sum(refusal => refusal.Value)} times {kind.Key}");
        }
    }

    private static double Setting(string name, double standard) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? double.Parse(text, CultureInfo.InvariantCulture) : standard;

    /// <summary>Every consumer is granted something new.</summary>
    private static async Task ProgressAsync(ReplicaMarket market, Task[] paying)
    {
        ulong[] before = [.. market.Consumers.Select(consumer => consumer.HighestGranted)];
        int[] othersBefore = market.Others.Granted;
        await TestKit.Processes.Eventually.TrueAsync(
            "every channel is paid from again",
            () =>
            {
                Task? failed = paying.FirstOrDefault(task => task.IsFaulted);
                return failed is not null
                    ? throw failed.Exception!
                    : Task.FromResult(!market.Consumers.Where((consumer, i) => consumer.HighestGranted == before[i]).Any()
                        && !market.Others.Granted.Zip(othersBefore).Any(granted => granted.First == granted.Second));
            },
            s_patience);
    }
}
