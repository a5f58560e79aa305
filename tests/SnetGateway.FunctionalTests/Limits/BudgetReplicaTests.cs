using System.Numerics;
using SnetGateway.FunctionalTests.Market;
using SnetGateway.FunctionalTests.Replicas;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Processes;
using Xunit;

namespace SnetGateway.FunctionalTests.Limits;

/// <summary>One budget under 256 parallel calls on three gateways with one etcd.</summary>
[Collection(DevChainFixture.Replicas)]
[Trait("Needs", "etcd")]
[Trait("Needs", "chain")]
public sealed class BudgetReplicaTests(DevChainFixture fixture, ITestOutputHelper output)
{
    private const int Replicas = 3, Consumers = 256, Calls = 1_200;
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private int _granted;

    [Fact]
    [Rule(2)]
    public async Task WithoutKills_ExactlyTheBudgetIsSettled()
    {
        await using ReplicaMarket market = await StartAsync();
        BigInteger budget = Calls * (BigInteger)ReplicaMarket.Price;
        await SpendAsync(market, () => Eventually.TrueAsync(
            "the budget is spent", async () => IsSpent(market) && await market.SumAsync() >= budget, s_patience));
        Assert.Equal(budget, await SettledAsync(market));
    }

    [Fact]
    [Rule(2)]
    public async Task WithKills_NeverMoreIsSettled_AndAllButThePartsOfTheKilled()
    {
        const int Kills = 2;
        await using ReplicaMarket market = await StartAsync();
        await SpendAsync(market, async () =>
        {
            for (int kill = 0; kill < Kills; kill++)
            {
                int seen = Volatile.Read(ref _granted);
                await UntilAsync("some more is spent", () => Volatile.Read(ref _granted) > seen + 50 || IsSpent(market));
                await market.Gateways[kill].KillAsync();
                await market.Gateways[kill].StartAgainAsync();
            }
        });
        BigInteger settled = await SettledAsync(market);
        output.WriteLine($"{settled} of {Calls * (BigInteger)ReplicaMarket.Price} cogs");

        // A part is an eighth of the rest, at most, and each consumer has one call that may run at the replica that is killed.
        BigInteger lost = Kills * (BigInteger)ReplicaMarket.Price * ((Calls / 8) + 1 + Consumers);
        Assert.InRange(settled, (Calls * (BigInteger)ReplicaMarket.Price) - lost, Calls * (BigInteger)ReplicaMarket.Price);
    }

    private async Task<ReplicaMarket> StartAsync() => await ReplicaMarket.StartAsync(
        fixture.Chain, await EtcdReplicaStore.StartAsync(), Replicas, Consumers, Seeds.Next(output.WriteLine),
        new Dictionary<string, string>
        {
            ["SnetGateway:Limits:Budgets:day:Per"] = "all",
            ["SnetGateway:Limits:Budgets:day:Cogs"] = $"{Calls * ReplicaMarket.Price}",
            ["SnetGateway:Limits:ControlRequestsPerMinute"] = "10000000",
        },
        TimeSpan.FromMilliseconds(100)); // the load, which leaves the gateways some of the processors

    /// <summary>All consumers pay until each of them was refused, and all together are refused once more.</summary>
    private async Task SpendAsync(ReplicaMarket market, Func<Task> meanwhile)
    {
        using var stop = new CancellationTokenSource();
        Task[] paying = [.. market.Consumers.Select(
            consumer => consumer.PayAsync(0, () => Interlocked.Increment(ref _granted), stop.Token))];
        try
        {
            await meanwhile();
            await UntilAsync("all were refused", () => IsSpent(market));
            int refused = market.Consumers.Sum(Refused);
            await UntilAsync("they are refused again", () => market.Consumers.Sum(Refused) > refused + Consumers);
        }
        finally
        {
            // What a wait that failed was for: the calls granted, and what each of the others got.
            output.WriteLine($"{_granted} granted; {market.Consumers.Count(consumer => Refused(consumer) == 0)} consumers not refused");
            foreach (IGrouping<string, int> refusals in market.Consumers
                .SelectMany(consumer => consumer.Refusals).GroupBy(one => one.Key, one => one.Value))
            {
                output.WriteLine($"{refusals.Sum()} times {refusals.Key}");
            }
        }

        await stop.CancelAsync();
        await Task.WhenAll(paying);
    }

    private static Task UntilAsync(string what, Func<bool> condition) =>
        Eventually.TrueAsync(what, () => Task.FromResult(condition()), s_patience);

    private static bool IsSpent(ReplicaMarket market) => market.Consumers.All(consumer => Refused(consumer) > 0);

    private static int Refused(ReplicaConsumer consumer) =>
        consumer.Refusals.Where(refusal => refusal.Key.Contains("spending limit", StringComparison.Ordinal)).Sum(refusal => refusal.Value);

    private static async Task<BigInteger> SettledAsync(ReplicaMarket market)
    {
        await market.CheckRecordsAsync();
        return await market.SumAsync();
    }
}
