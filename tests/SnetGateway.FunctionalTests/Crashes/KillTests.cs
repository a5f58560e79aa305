using System.Globalization;
using SnetGateway.FunctionalTests.Market;
using SnetGateway.Payments.Records;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.FunctionalTests.Crashes;

/// <summary>
/// kill -9 of the gateway under load, again and again, on one ledger. tests/campaigns/kill.sh runs the same for longer.
/// </summary>
[Collection(DevChainFixture.Kills)]
[Trait("Needs", "chain")]
public sealed class KillTests(DevChainFixture fixture, ITestOutputHelper output)
{
    private const int Channels = 24;
    private const int MostGrantsBetweenKills = 120;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Fact]
    [Rule(1, 2)]
    public async Task KillsUnderLoad_LoseNothingThatAClientSaw_AndLeaveNoChannelBusy()
    {
        int kills = (int)Setting("SNET_CAMPAIGN_KILLS", 12);
        var limit = TimeSpan.FromMinutes(Setting("SNET_CAMPAIGN_MINUTES", 15));
        // only a campaign may end by its time
        int leastKills = Environment.GetEnvironmentVariable("SNET_CAMPAIGN_MINUTES") is { Length: > 0 } ? 1 : kills;
        int seed = Seeds.Next(output.WriteLine);
        var random = new Random(seed);
        TimeProvider time = TimeProvider.System;
        long begin = time.GetTimestamp();

        await using CrashMarket market = await CrashMarket.StartAsync(fixture.Chain, Channels);
        var lives = new GatewayLives();
        var grants = new GrantCount();
        using var stop = new CancellationTokenSource();
        Task[] paying =
        [
            .. market.Consumers.Select(consumer => consumer.PayAsync(market.Address, lives, grants.Add, stop.Token)),
            .. market.Others.PayAsync(lives, grants.Add, stop.Token),
        ];
        var listening = new List<double>();
        var firstPaid = new List<double>();
        var faults = new GatewayFaults(random, "batch-written");
        for (int round = 1; faults.Kills < kills && time.GetElapsedTime(begin) < limit; round++)
        {
            await Either(grants.AfterAsync(random.Next(1, MostGrantsBetweenKills)), paying);
            await faults.KillAsync(market.Gateway);
            await faults.StartInTheMiddleAsync(market.Gateway);
            long start = time.GetTimestamp();
            await market.Gateway.StartAgainAsync();
            listening.Add(time.GetElapsedTime(start).TotalMilliseconds);
            Task first = grants.AfterAsync(1);
            lives.Begin();
            await Either(first, paying);
            firstPaid.Add(time.GetElapsedTime(start).TotalMilliseconds);
            await market.CheckRecordsAsync();
            if (round % 10 == 0)
            {
                await market.VerifyAsync();
            }
        }

        // Everybody goes on paying after the last kill.
        ulong[] before = [.. market.Consumers.Select(consumer => consumer.HighestGranted)];
        int[] othersBefore = market.Others.Granted;
        while (market.Consumers.Where((consumer, i) => consumer.HighestGranted == before[i]).Any()
            || market.Others.Granted.Zip(othersBefore).Any(granted => granted.First == granted.Second))
        {
            await Either(grants.AfterAsync(1), paying);
        }

        await stop.CancelAsync();
        await Task.WhenAll(paying).WaitAsync(s_patience);
        await market.CheckRecordsAsync();
        int undelivered = await market.CheckJournalsAsync();
        await market.VerifyAsync();
        await using (IRecordStore ledger = market.OpenLedger())
        {
            output.WriteLine(await market.Others.CheckAllAsync(ledger));
        }

        Assert.True(faults.Kills >= leastKills, $"Only {faults.Kills} of {kills} kills were made in {limit}: too few to say anything.");
        string[] refusals = [.. market.Consumers.SelectMany(consumer => consumer.Refusals), .. market.Others.Refusals];
        foreach (IGrouping<string, string> kind in refusals.GroupBy(refusal => refusal))
        {
            output.WriteLine($"{kind.Count()} times {kind.Key}");
        }

        output.WriteLine(
            $"{faults.Kills} kills in {time.GetElapsedTime(begin).TotalSeconds:0} s, {grants.Total} paid calls on {Channels} channels, "
            + $"{undelivered} charged with no byte delivered; "
            + $"from the start of the process to listening {Median(listening):0} ms, to the first paid call {Median(firstPaid):0} ms "
                + $"(medians), {firstPaid.Max():0} ms at most; {faults}");
        Assert.DoesNotContain(refusals, refusal => refusal.Contains("is in progress", StringComparison.Ordinal));
        Assert.Empty(refusals);
        Assert.True(undelivered <= faults.Kills * Channels, "More was charged without an answer than calls can have run at the kills.");
    }

    private static double Setting(string name, double standard) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? double.Parse(text, CultureInfo.InvariantCulture) : standard;

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    /// <summary>Waits for one thing, and fails at once when a consumer has failed.</summary>
    private static async Task Either(Task awaited, Task[] paying)
    {
        Task first = await Task.WhenAny([awaited, .. paying]).WaitAsync(s_patience);
        await first;
        Assert.Same(awaited, first);
    }
}
