using SnetGateway.FunctionalTests.Endurance;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Market;
using SnetGateway.TestKit.Processes;
using Xunit;

namespace SnetGateway.FunctionalTests.Adversary;

/// <summary>A little of every attack that does not take long, on three replicas. tests/campaigns/adversarial.sh runs all of it.</summary>
[Trait("Needs", "chain")]
public sealed class AdversaryTests(OwnGroupFixture fixture, ITestOutputHelper output) : IClassFixture<OwnGroupFixture>
{
    /// <summary>The attacks that do not take long, by name.</summary>
    public static TheoryData<string> Attacks => [.. AttackList.All.Where(attack => !attack.IsLong).Select(attack => attack.Name)];

    /// <summary>Each attack makes the same choices from a seed, alone or among all. The replicas are started once.</summary>
    [Theory]
    [MemberData(nameof(Attacks))]
    [Rule(1, 2, 6, 9, 13)]
    public async Task AttacksOnThreeReplicas_AreRefused_AndWhatWasGrantedIsPaid(string name)
    {
        var report = new AttackReport(output.WriteLine);
        Attack attack = AttackList.All.Single(attack => attack.Name == name);
        await AttackRunner.RunAsync(fixture.Group.Target, [attack], Seeds.Next(output.WriteLine), isShort: true, report);
        report.End();
        Assert.Equal(0, report.Failed);
    }

    [Fact]
    public void PageOfAttacks_HasARowForEach()
    {
        string page = File.ReadAllText(Repository.Existing("docs/reliability.md", "check the repository out whole"));
        string[] names =
            [.. AttackList.All.Select(attack => attack.Name), .. SuiteAttacks.Names, .. AttackTraffic.All.Select(attack => attack.Name)];
        Assert.All(names, name => Assert.Contains($"\n| {name} |", page, StringComparison.Ordinal));
    }

    [Fact]
    public async Task ServiceWithoutAGateway_IsFoundToSellOnePaymentManyTimes()
    {
        AttackTarget unprotected = fixture.Group.Target with { Gateways = [fixture.Group.Target.Service!], Group = null };
        await using var run = new AttackRun(unprotected, new Random(1), isShort: true);
        Payer payer = await run.OpenAsync();
        await payer.StormAsync(payer.Next, 64);
        run.Counts.Close();
        Assert.Equal(64, run.Counts.MostGrants);
        Assert.False(run.Counts.IsRefused);
    }

    [Fact]
    public async Task CommandOnAnEndpoint_RunsWhatCanBeRunFromOutside_AndSaysWhatItLeavesOut()
    {
        AttackTarget target = fixture.Group.Target;
        ChainState chain = fixture.Group.Chain.State;
        string key = Path.GetTempFileName();
        await File.WriteAllTextAsync(key, chain.Accounts["consumer"].PrivateKey);
        using var said = new StringWriter();
        int code = await AdversaryCommand.RunAsync(
            [
                "--endpoint", string.Join(',', target.Gateways), "--chain", $"{chain.RpcUrl}", "--escrow", chain.MultiPartyEscrow,
                "--recipient", $"{target.Recipient}",
                "--group-id", chain.GroupIdBase64, "--key-file", key, "--only", "WebSocket", "--short", "--seed", "1",
            ],
            said);
        File.Delete(key);
        Assert.True(code == 0, $"{said}");
        Assert.Contains(
            "| WebSocket, CONNECT and HTTP/1.1 on a paid route | 33 | 3 | 1 | not counted | refused |", $"{said}",
            StringComparison.Ordinal);
        Assert.Contains("(needs its own harness)", $"{said}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--endpoint")]
    [InlineData("--endpoint", "http://localhost:1")]
    [InlineData("endpoint")]
    public async Task CommandWithoutWhatItNeeds_SaysSo_AndEndsWith2(params string[] arguments)
    {
        using var said = new StringWriter();
        Assert.Equal(2, await AdversaryCommand.RunAsync(arguments, said));
        Assert.NotEmpty(said.ToString());
    }
}
