using System.Globalization;
using SnetGateway.FunctionalTests.Market;
using Xunit;

namespace SnetGateway.FunctionalTests.Crashes;

/// <summary>Many paid calls on a few channels leave nothing behind in memory. SNET_CAMPAIGN_CALLS makes more of them.</summary>
[Collection(DevChainFixture.Collection)]
[Trait("Needs", "chain")]
public sealed class SoakTests(DevChainFixture fixture, ITestOutputHelper output)
{
    private const int Channels = 24;
    private const double MiB = 1024 * 1024;

    /// <summary>
    /// The ledger's page cache fills with the first 32 MiB of the file (some 180,000 calls) and stays there; the rest is what the runtime
    /// takes between two collections. A leak of 100 bytes a call shows beside them after a million calls.
    /// </summary>
    private const double Allowed = 64;

    [Fact]
    public async Task PaidCalls_InGreatNumber_LeaveNothingInMemory()
    {
        string? setting = Environment.GetEnvironmentVariable("SNET_CAMPAIGN_CALLS");
        int calls = string.IsNullOrEmpty(setting) ? 2_000 : int.Parse(setting, CultureInfo.InvariantCulture);
        await using CrashMarket market = await CrashMarket.StartAsync(fixture.Chain, Channels);
        var lives = new GatewayLives();
        int paid = 0;
        var warm = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var stop = new CancellationTokenSource();

        Task[] paying = [.. market.Consumers.Select(consumer => consumer.PayAsync(market.Address, lives, Count, stop.Token))];
        await await Task.WhenAny([warm.Task, .. paying]);
        double before = Resident();
        await Task.WhenAll(paying);
        double after = Resident();

        output.WriteLine($"{paid} paid calls: {before:0.0} MiB resident after a quarter of them, {after:0.0} MiB after all");
        Assert.True(after - before < Allowed, $"{after - before:0.0} MiB more after {paid} calls.");
        await market.CheckRecordsAsync();
        Assert.Equal(0, await market.CheckJournalsAsync());

        void Count()
        {
            int now = Interlocked.Increment(ref paid);
            if (now == calls / 4)
            {
                warm.SetResult();
            }
            else if (now == calls)
            {
                stop.Cancel();
            }
        }

        double Resident() => File.ReadLines($"/proc/{market.Gateway.Process.Pid}/status")
            .Where(line => line.StartsWith("VmRSS:", StringComparison.Ordinal))
            .Select(
                line => double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024 / MiB)
            .Single();
    }
}
