using SnetGateway.FunctionalTests.Market;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.FunctionalTests.Endurance;

/// <summary>
/// Honest clients are served, and memory is bounded, under the attacks that cost most. tests/campaigns/adversarial.sh --load runs all of
/// them, and compares the times of calls.
/// </summary>
[Collection(DevChainFixture.Collection)]
[Trait("Needs", "chain")]
public sealed class UnderAttackTests(DevChainFixture fixture, ITestOutputHelper output)
{
    private static readonly TimeSpan s_time = TimeSpan.FromSeconds(2);

    [Fact]
    [Rule(10)]
    public async Task HonestClients_AreServed_UnderAttack()
    {
        await using AttackedGateway gateway = await AttackedGateway.StartAsync(fixture.Chain);
        await gateway.MeasureAsync(TimeSpan.FromSeconds(1));
        string[] attacks = ["reflection that is not read", "connections that send nothing", "requests for channels that do not exist"];
        foreach (AttackTraffic attack in AttackTraffic.All.Where(attack => attacks.Contains(attack.Name)))
        {
            (_, HonestFigures honest, double mostMiB) =
                await gateway.RunAsync(attack, gateway.Gateway.Endpoint, TimeSpan.Zero, s_time);
            output.WriteLine($"{attack.Name}: {honest.GrantedPercent} % of {honest.Calls.Count} calls, {mostMiB:0} MiB at most");
            Assert.True(honest.GrantedPercent >= 99, $"{attack.Name}: {honest.GrantedPercent} % granted");
            Assert.True(mostMiB <= AttackedGateway.MaxMiB, $"{attack.Name}: {mostMiB} MiB");
        }
    }
}
