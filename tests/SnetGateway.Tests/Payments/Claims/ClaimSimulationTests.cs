using SnetGateway.Payments.Records;
using SnetGateway.Storage.Memory;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Claims;
using SnetGateway.TestKit.Payments;
using Xunit;

namespace SnetGateway.Tests.Payments.Claims;

/// <summary>
/// The short forms of tests/campaigns/claims.sh: gateways claim on a simulated chain, and are killed or race. SNET_TEST_SEED repeats a run.
/// </summary>
public sealed class ClaimSimulationTests(ITestOutputHelper output)
{
    [Fact]
    [Rule(2, 8)]
    public async Task OneGateway_KilledWhileItClaims_LosesNothing_AndClaimsNothingTwice() =>
        await RunAsync([new MemoryRecordStore()]);

    [Fact]
    [Rule(2, 8)]
    public async Task ThreeReplicas_KilledWhileTheyClaim_LoseNothing_AndClaimNothingTwice()
    {
        var store = new ScriptedStore { IsShared = true };
        await RunAsync([store, store, store]);
    }

    /// <summary>Two autopilots, and an autopilot and a tool, race for four channels while calls are paid.</summary>
    [Fact]
    [Rule(2, 8)]
    public void TwoClaimersOfTheSameChannels_ClaimEachNonceOnce_AndAllThatWasPaid()
    {
        int seed = Seeds.Next(output.WriteLine);
        var random = new Random(seed);
        var store = new ScriptedStore { IsShared = true };
        var race = new ClaimRace([store, store], random);
        output.WriteLine(RandomTurns.Run(random, race.PassTime, () => race.RunAsync(rounds: 60)));
        output.WriteLine($"waits {race.Waits}");
        Assert.True(race.OutboxesLost + race.StartsLost > 0, "nothing raced");
    }

    private async Task RunAsync(IRecordStore[] stores)
    {
        int seed = Seeds.Next(output.WriteLine);
        var simulation = new ClaimSimulation(stores, seed);
        try
        {
            output.WriteLine(await simulation.RunAsync(blocks: 2_000, kills: 60));
        }
        finally
        {
            foreach (string line in simulation.Events.TakeLast(200))
            {
                output.WriteLine(line);
            }
        }

        Assert.InRange(simulation.Kills, 55, 60);
    }
}
