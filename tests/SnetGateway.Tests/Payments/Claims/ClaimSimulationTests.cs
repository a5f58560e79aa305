using SnetGateway.Payments.Records;
using SnetGateway.Storage.Memory;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Claims;
using SnetGateway.TestKit.Payments;
using Xunit;

namespace SnetGateway.Tests.Payments.Claims;

/// <summary>
/// The short form of tests/campaigns/claims.sh: gateways claim on a simulated chain and are killed. SNET_TEST_SEED repeats a run.
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
