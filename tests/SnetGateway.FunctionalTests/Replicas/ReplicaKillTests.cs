using System.Globalization;
using System.Numerics;
using SnetGateway.FunctionalTests.Market;
using SnetGateway.TestKit.Market;
using SnetGateway.TestKit.Processes;
using Xunit;
using Xunit.Abstractions;

namespace SnetGateway.FunctionalTests.Replicas;

/// <summary>
/// Three gateways on a store of three members, killed and paused one after the other under load from honest and dishonest consumers.
/// tests/campaigns/kill.sh --store etcd runs the same for longer.
/// </summary>
[Collection(DevChainFixture.Collection)]
public sealed class ReplicaKillTests(DevChainFixture fixture, ITestOutputHelper output)
{
    private const int Honest = 12;
    private const int Dishonest = 4;
    private const int CopiesForEachGateway = 3;
    private const int LedgerMismatch = 3001; // another ledger serves this group: there is none
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_servingAgain = TimeSpan.FromSeconds(30); // on a machine that does other work too; the report has the figure

    [Fact]
    public async Task KillsAndPausesOfAnyProcess_LoseNothing_SellNothingTwice_AndBlockNoChannel()
    {
        int kills = (int)Setting("SNET_CAMPAIGN_REPLICA_KILLS", 8);
        TimeSpan limit = TimeSpan.FromMinutes(Setting("SNET_CAMPAIGN_MINUTES", 2));
        int seed = (int)Setting("SNET_CAMPAIGN_SEED", Random.Shared.Next());
        output.WriteLine($"seed {seed}: SNET_CAMPAIGN_SEED={seed} repeats the choices");
        var random = new Random(seed);
        TimeProvider time = TimeProvider.System;
        long begin = time.GetTimestamp();

        await using ReplicaMarket market = await ReplicaMarket.StartAsync(fixture.Chain, 3, Honest + Dishonest, seed);
        using var stop = new CancellationTokenSource();
        int grants = 0;
        Task[] paying =
        [
            .. market.Consumers.Select((consumer, i) =>
                consumer.PayAsync(i < Honest ? 0 : CopiesForEachGateway, () => Interlocked.Increment(ref grants), stop.Token)),
        ];
        var again = new List<double>();
        int killed = 0;
        int paused = 0;
        while (killed < kills && time.GetElapsedTime(begin) < limit)
        {
            await ProgressAsync(market, paying);
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(200)), time);
            switch (random.Next(4))
            {
                case 0:
                    await market.Store.KillOneAsync(random);
                    killed++;
                    await ProgressAsync(market, paying);
                    await market.Store.RepairAsync();
                    break;
                case 1:
                    await market.Store.PauseOneAsync(random, TimeSpan.FromMilliseconds(random.Next(2_000)), time);
                    paused++;
                    break;
                case 2:
                    GatewayProcess sleeper = market.Gateways[random.Next(market.Gateways.Count)];
                    sleeper.Process.Send(UnixSignal.Stop);
                    await Task.Delay(TimeSpan.FromMilliseconds(random.Next(4_000)), time);
                    sleeper.Process.Send(UnixSignal.Continue);
                    paused++;
                    break;
                default:
                    GatewayProcess victim = market.Gateways[random.Next(market.Gateways.Count)];
                    await victim.KillAsync();
                    killed++;
                    await ProgressAsync(market, paying); // the others go on
                    long start = time.GetTimestamp();
                    await victim.StartAgainAsync();
                    await victim.WaitUntilReadyAsync();
                    again.Add(time.GetElapsedTime(start).TotalMilliseconds);
                    break;
            }

            await market.CheckRecordsAsync();
        }

        await ProgressAsync(market, paying); // nobody is blocked by anything that happened
        await stop.CancelAsync();
        await Task.WhenAll(paying).WaitAsync(s_patience);
        await market.CheckRecordsAsync();
        await market.VerifyAsync();
        BigInteger sum = await market.ClaimAllAsync();

        Tell("honest", market.Consumers.Take(Honest));
        Tell("dishonest", market.Consumers.Skip(Honest));
        int payments = market.Consumers.Sum(consumer => consumer.Grants.Payments);
        output.WriteLine(
            $"{killed} kills and {paused} pauses in {time.GetElapsedTime(begin).TotalSeconds:0} s; {payments} payments granted, {sum} cogs claimed on the chain; "
            + $"a killed gateway was ready again after {(again.Count == 0 ? 0 : again.Max()):0} ms at most");
        Assert.Equal(0, market.Consumers.Sum(consumer => consumer.Grants.MoreThanOnce));
        Assert.True(sum >= payments * (BigInteger)ReplicaMarket.Price, "More was granted than was claimed.");

        // A call that its consumer gave up may run on where it was paused: only after such a one is an honest consumer outrun by itself.
        int Told(string part) => market.Consumers.Take(Honest).SelectMany(consumer => consumer.Refusals).Where(refusal => refusal.Key.Contains(part, StringComparison.Ordinal)).Sum(refusal => refusal.Value);
        Assert.InRange(Told("is in progress") + Told("income"), 0, Told("no answer"));
        Assert.DoesNotContain(market.Gateways.SelectMany(gateway => gateway.Log), line => line.EventId == LedgerMismatch);
        Assert.All(again, milliseconds => Assert.True(milliseconds < s_servingAgain.TotalMilliseconds));
    }

    private void Tell(string who, IEnumerable<ReplicaConsumer> consumers)
    {
        foreach (IGrouping<string, KeyValuePair<string, int>> kind in consumers.SelectMany(consumer => consumer.Refusals).GroupBy(refusal => refusal.Key))
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
        await TestKit.Processes.Eventually.TrueAsync(
            "every channel is paid from again",
            () =>
            {
                Task? failed = paying.FirstOrDefault(task => task.IsFaulted);
                return failed is not null ? throw failed.Exception! : Task.FromResult(!market.Consumers.Where((consumer, i) => consumer.HighestGranted == before[i]).Any());
            },
            s_patience);
    }
}
