using SnetGateway.Payments.Counters;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Payments;
using Xunit;

namespace SnetGateway.Tests.Payments.Counters;

/// <summary>
/// Generated histories: several replicas and many calls use one counter at the same time, the store fails, replicas are killed. Every
/// grant is in the record, and nothing that was refused. To run one history again, set SNET_TEST_SEED to the seed that the failure names.
/// </summary>
[Trait("Needs", "time")]
public sealed class CounterModelTests(ITestOutputHelper output)
{
    private const int Histories = 300;
    private const int Workers = 8;
    private const int Calls = 12;

    private static readonly StoreFault[] s_faults =
    [
        StoreFault.Conflict, StoreFault.NotWritten, StoreFault.UnknownLost, StoreFault.UnknownWritten, StoreFault.UnknownLandsAfterRead,
        StoreFault.UnknownLandsLater, StoreFault.ThrowsWritten,
    ];

    [Fact]
    [Rule(2, 7)]
    public async Task GeneratedHistories_RecordHoldsEveryGrantOnce()
    {
        int seed = Seeds.Next(output.WriteLine);
        int granted = 0, refused = 0, unknown = 0;
        for (int i = 0; i < Histories; i++)
        {
            (int grants, int refusals, int unknowns) = await RunAsync(seed + i);
            granted += grants;
            refused += refusals;
            unknown += unknowns;
        }

        output.WriteLine($"{Histories} histories: {granted} granted, {refused} refused, {unknown} unknown");
        Assert.True(granted > Histories && refused > Histories && unknown > 0);
    }

    private static async Task<(int Granted, int Refused, int Unknown)> RunAsync(int seed)
    {
        var choice = new Random(seed);
        var store = new ScriptedStore { IsShared = true };
        CounterRig[] replicas = [.. Enumerable.Range(0, 3).Select(_ => new CounterRig(store))];
        ulong limit = (ulong)choice.Next(20, 120);
        int granted = 0, refused = 0, unknown = 0;
        ulong grantedSum = 0, unknownSum = 0;
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Task.Run(async () =>
        {
            var random = new Random(HashCode.Combine(seed, worker));
            for (int i = 0; i < Calls; i++)
            {
                int at = random.Next(replicas.Length);
                switch (random.Next(12))
                {
                    case 0:
                        replicas[at] = new CounterRig(store); // killed: what it held is gone, what it wrote may still land
                        break;
                    case 1:
                        store.Fail(s_faults[random.Next(s_faults.Length)]);
                        break;
                    case 2:
                        store.LandLate();
                        break;
                    case 3:
                        store.FailingReads = random.Next(4) == 0 ? 40 : 1;
                        break;
                }

                ulong amount = (ulong)random.Next(1, 4);
                CounterRig replica = replicas[at];
                (CounterUse? use, CounterOutcome outcome) = await replica.HoldAsync(limit, amount);
                if (use is not null && random.Next(5) == 0)
                {
                    await Task.Yield();
                    use.Release();
                    continue;
                }

                if (use is not null)
                {
                    outcome = await replica.Ledger.SettleAsync(use);
                }

                switch (outcome)
                {
                    case CounterOutcome.Done:
                        Interlocked.Increment(ref granted);
                        Interlocked.Add(ref grantedSum, amount);
                        break;
                    case CounterOutcome.Unknown when use is not null:
                        Interlocked.Increment(ref unknown);
                        Interlocked.Add(ref unknownSum, amount);
                        break;
                    default:
                        Interlocked.Increment(ref refused);
                        break;
                }
            }
        })));

        store.LandLate();
        store.FailingReads = 0;
        ulong stored = await CounterRig.StoredAsync(store);
        Assert.True(
            stored >= grantedSum && stored <= grantedSum + unknownSum && stored <= limit,
            $"SNET_TEST_SEED={seed}: {stored} of {limit} are stored, {grantedSum} were granted, {unknownSum} are unknown");
        return (granted, refused, unknown);
    }
}
