using System.Text.Json;
using SnetGateway.TestKit.Market;
using Xunit;

namespace SnetGateway.FunctionalTests.Admin;

/// <summary>What the operator sees of real calls, by the API and by commands.</summary>
[Trait("Needs", "chain")]
public sealed class AdminMarketTests(AdminMarket market) : IClassFixture<AdminMarket>
{
    [Fact]
    public async Task PaidCalls_AreSeenEverywhere()
    {
        ChainChannel channel = await market.Chain.OpenChannelAsync(1_000);
        for (int i = 0; i < 2; i++)
        {
            CallReport call = await market.PayAsync(channel);
            Assert.True(call.Code == 0, $"{call.Code}: {call.Details}");
        }

        JsonElement page = await market.GetAsync($"/channels?search={channel.Id}");
        JsonElement line = Assert.Single(page.GetProperty("channels").EnumerateArray());
        Assert.Equal("20", line.GetProperty("authorised").GetString());
        Assert.Contains(
            (await market.GetAsync($"/channels?search={channel.Sender}&limit=500")).GetProperty("channels").EnumerateArray(),
            one => one.GetProperty("channel").GetString() == $"{channel.Id}");
        JsonElement story = await market.GetAsync($"/channels/{channel.Id}");
        Assert.Equal(2, story.GetProperty("entries").GetArrayLength());
        CommandResult explained = await market.Gateway.RunCommandAsync("ledger", "explain", $"{channel.Id}");
        Assert.Contains(explained.Output, text => text.Contains("example.Echo/Say for 10 cogs", StringComparison.Ordinal));

        JsonElement unclaimed = await market.GetAsync("/unclaimed?next=1000");
        JsonElement expiring = Assert.Single(
            unclaimed.GetProperty("next").EnumerateArray(), one => one.GetProperty("channel").GetString() == $"{channel.Id}");
        Assert.Equal(("20", false), (expiring.GetProperty("unclaimed").GetString(), expiring.GetProperty("isAtRisk").GetBoolean()));

        JsonElement earned = await market.GetAsync("/earned");
        Assert.True(long.Parse(earned.GetProperty("cogs").GetString()!, null) >= 20);
        Assert.Contains(
            earned.GetProperty("payers").EnumerateArray(),
            payer => channel.Sender.Equals(payer.GetProperty("payer").GetString(), StringComparison.OrdinalIgnoreCase));
        string[] usage = (await market.TextAsync("/usage?by=call")).Trim().Split('\n');
        Assert.Equal("at,organization,service,method,payer,kind,calls,cogs", usage[0]);
        CommandResult exported = await market.Gateway.RunCommandAsync("usage", "export", "--by", "call");
        Assert.Equal(exported.Output, usage);
        JsonElement service = (await market.GetAsync("/services"))[0];
        Assert.Equal(("echo", "UP"), (service.GetProperty("name").GetString(), service.GetProperty("state").GetString()));
    }

    [Fact]
    public async Task ChannelThatExpiresSoon_IsAtRisk()
    {
        ChainChannel channel = await market.Chain.OpenChannelAsync(1_000, expiresIn: 41_000);
        Assert.Equal(0, (await market.PayAsync(channel)).Code);
        await market.Chain.MineAsync(1_000);
        await TestKit.Processes.Eventually.TrueAsync("the blocks are seen", async () =>
            (await market.GetAsync("/unclaimed")).GetProperty("atRisk").GetString() != "0");
        CommandResult expiring = await market.Gateway.RunCommandAsync("status", "expiring");
        Assert.Equal(0, expiring.ExitCode);
        Assert.Matches($@"^\s*{channel.Id}\s+10\s+\d+\s+\d+\s+yes\s", expiring.Output[1]);
        CommandResult risk = await market.Gateway.RunCommandAsync("status", "at-risk");
        Assert.Contains("at risk", risk.Output[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task RefusedCall_IsShownWithTheCheckThatRefusedIt()
    {
        ChainChannel channel = await market.Chain.OpenChannelAsync(1_000);
        CallReport refused = await market.PayAsync(channel, price: 3);
        Assert.Equal(16, refused.Code);
        JsonElement shown = Assert.Single((await market.GetAsync($"/refusals?search={channel.Id}")).EnumerateArray());
        Assert.Equal(
            ("echo", "wrong_amount", 16, refused.Details),
            (shown.GetProperty("service").GetString(), shown.GetProperty("reason").GetString(), shown.GetProperty("status").GetInt32(),
                shown.GetProperty("text").GetString()));
        Assert.Equal(channel.Sender, shown.GetProperty("payer").GetString(), ignoreCase: true);
        CommandResult why = await market.Gateway.RunCommandAsync("status", "refusals", $"{channel.Id}");
        Assert.Equal(0, why.ExitCode);
        Assert.Contains("wrong_amount", why.Output[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_ExitCodes()
    {
        CommandResult ready = await market.Gateway.RunCommandAsync("status");
        Assert.True(ready.ExitCode == 0, ready.Everything);
        Assert.Contains(ready.Output, line => line.Contains(", ready, up ", StringComparison.Ordinal));
        CommandResult json = await market.Gateway.RunCommandAsync("status", "--json");
        Assert.True(JsonDocument.Parse(json.Output[0]).RootElement.GetProperty("isReady").GetBoolean());
        CommandResult unreachable = await market.Gateway.RunCommandAsync("status", "--address", "127.0.0.1:1");
        Assert.Equal(2, unreachable.ExitCode);
        foreach (string question in (string[])["earned", "payers"])
        {
            Assert.Equal(0, (await market.Gateway.RunCommandAsync("status", question)).ExitCode);
        }
    }

    [Fact]
    public async Task Instance_IsDrainedByCommand_UntilItIsBack()
    {
        ChainChannel channel = await market.Chain.OpenChannelAsync(1_000);
        Assert.Equal(0, (await market.PayAsync(channel)).Code);
        CommandResult drained = await market.Gateway.RunCommandAsync("instances", "drain", "echo", "instance0");
        Assert.True(drained.ExitCode == 0, drained.Everything);
        Assert.Matches(@"^echo\s+instance0\s+\w+, drained\s+-\s+0\s+http://", drained.Output[1]);
        Assert.Equal(14, (await market.PayAsync(channel)).Code);
        Assert.Equal("DOWN", (await market.GetAsync("/services"))[0].GetProperty("state").GetString());
        CommandResult weight = await market.Gateway.RunCommandAsync("instances", "weight", "echo", "instance0", "5");
        Assert.Equal(1, weight.ExitCode);
        Assert.Contains("the cluster has no weights", weight.Everything, StringComparison.Ordinal);
        CommandResult back = await market.Gateway.RunCommandAsync("instances", "undrain", "echo", "instance0");
        Assert.DoesNotContain("drained", back.Output[1], StringComparison.Ordinal);
        Assert.Equal(0, (await market.PayAsync(channel)).Code);
    }

    [Fact]
    public async Task Pause_HoldsOverARestart_UntilItIsResumed()
    {
        ChainChannel channel = await market.Chain.OpenChannelAsync(1_000);
        Assert.Equal(0, (await market.PayAsync(channel)).Code);
        CommandResult unknown = await market.Gateway.RunCommandAsync("pause", "other");
        Assert.Equal(1, unknown.ExitCode);
        Assert.Equal(2, (await market.Gateway.RunCommandAsync("pause")).ExitCode);
        CommandResult paused = await market.Gateway.RunCommandAsync("pause", "echo");
        Assert.True(paused.ExitCode == 0, paused.Everything);
        Assert.StartsWith("  echo since ", paused.Output[1], StringComparison.Ordinal);
        Assert.Equal(14, (await market.PayAsync(channel)).Code);

        await market.Gateway.KillAsync();
        await market.Gateway.StartAgainAsync();
        await market.Gateway.WaitUntilReadyAsync();
        Assert.Equal(14, (await market.PayAsync(channel)).Code);
        Assert.True((await market.GetAsync("/services"))[0].GetProperty("isPaused").GetBoolean());
        CommandResult resumed = await market.Gateway.RunCommandAsync("resume", "--all");
        Assert.Equal(["nothing is paused"], resumed.Output);
        Assert.Equal(0, (await market.PayAsync(channel)).Code);
    }
}
