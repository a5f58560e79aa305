using SnetGateway.Gateway.Hooks;
using Xunit;

namespace SnetGateway.Tests.Gateway.Hooks;

/// <summary>When a hook delivers, with a clock that the test moves.</summary>
public sealed class HookDeliveryTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_interval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_long = TimeSpan.FromHours(1);

    private readonly ScriptedHook _hook = new();

    [Fact]
    public async Task Events_OfASecond_AreOneDelivery_AndTheNextWaitsForTheInterval()
    {
        await using var run = new HookRun(_hook);
        run.Log(1);
        await run.Time.WhenArmedAsync();
        run.Log(2);
        await run.PassAsync(s_second);
        Assert.Equal(["Number 1 failed.", "Number 2 failed."], (await _hook.NextAsync()).Events.Select(one => one.Message));

        await run.Time.WhenArmedAsync();
        run.Log(3);
        run.Time.Advance(s_interval - s_second);
        Assert.True(_hook.IsEmpty);
        run.Time.Advance(s_second);
        await run.PassAsync(s_second);
        Assert.Equal("Number 3 failed.", Assert.Single((await _hook.NextAsync()).Events).Message);
    }

    [Fact]
    public async Task MoreThanADeliveryHolds_IsASummary()
    {
        await using var run = new HookRun(_hook);
        for (int i = 0; i < 1_000; i++)
        {
            run.Log(i);
        }

        await run.PassAsync(s_second);
        HookBatch batch = await _hook.NextAsync();
        Assert.Equal((HookQueue.MaxEvents, 800), (batch.Events.Count, batch.NotSent["Failed"]));
        Assert.Contains("800 more events are in no delivery: Failed 800.", HookText.Body(batch), StringComparison.Ordinal);
        Assert.EndsWith(": Failed (9001) and 999 more", HookText.Title(batch), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Failure_IsRetriedWithLongerWaits_AndLoggedOnce_AndTriggersNothing()
    {
        await using var run = new HookRun(_hook, ("Level", "Information"));
        _hook.On = _ => throw new InvalidOperationException("not now");
        run.Log(1);
        await run.PassAsync(s_second);
        var waits = new List<double>();
        for (int attempt = 1; attempt < 5; attempt++)
        {
            await run.Time.WhenArmedAsync();
            DateTimeOffset before = run.Time.GetUtcNow();
            run.Time.AdvanceToTimer(s_long);
            waits.Add((run.Time.GetUtcNow() - before).TotalMinutes);
        }

        Assert.Equal([1, 2, 4, 5], waits);
        await run.Time.WhenArmedAsync();
        _hook.On = _ => Task.CompletedTask;
        run.Log(2);
        run.Time.AdvanceToTimer(s_long);
        Assert.Equal("Number 1 failed.", Assert.Single((await _hook.NextAsync()).Events).Message); // kept meanwhile
        await run.PassAsync(s_long);
        await run.PassAsync(s_long);
        HookBatch next = await _hook.NextAsync();
        Assert.Equal("Number 2 failed.", Assert.Single(next.Events).Message);
        Assert.Empty(next.NotSent);
        Assert.Single(
            run.Lines, line => line.StartsWith("Warning HookFails: The hook operator cannot deliver: not now", StringComparison.Ordinal));
        Assert.Single(run.Lines, line => line.StartsWith("Information HookWorks", StringComparison.Ordinal));
    }

    [Fact]
    public async Task BatchThatIsNeverTaken_IsGivenUp_AndIsInTheNextSummary()
    {
        await using var run = new HookRun(_hook);
        _hook.On = _ => throw new InvalidOperationException("never");
        run.Log(1);
        while (_hook.Attempts < HookDelivery.MaxAttempts)
        {
            await run.PassAsync(s_long);
        }

        _hook.On = _ => Task.CompletedTask;
        run.Log(2);
        while (_hook.IsEmpty)
        {
            await run.PassAsync(s_long);
        }

        HookBatch batch = await _hook.NextAsync();
        Assert.Equal("Number 2 failed.", Assert.Single(batch.Events).Message);
        Assert.Equal(1, batch.NotSent["Failed"]);
    }

    [Fact]
    public async Task HookThatHangs_EndsAfterItsLimit_AndBlocksNoOneWhoLogs()
    {
        await using var run = new HookRun(_hook);
        _hook.On = _ => new TaskCompletionSource().Task; // it ignores its token
        run.Log(1);
        await run.PassAsync(s_second);
        await run.Time.WhenArmedAsync();
        for (int i = 0; i < 1_000; i++)
        {
            run.Log(i);
        }

        run.Time.Advance(TimeSpan.FromSeconds(30));
        await run.Time.WhenArmedAsync();
        Assert.Contains(run.Lines, line => line.Contains("no response within 00:00:30", StringComparison.Ordinal));
        _hook.On = _ => Task.CompletedTask;
    }

    [Fact]
    public async Task Shutdown_DeliversWhatWaits_Once()
    {
        await using var run = new HookRun(_hook);
        run.Log(1);
        await run.PassAsync(s_second);
        await _hook.NextAsync();
        await run.Time.WhenArmedAsync();
        run.Log(2);
        await run.StopAsync();
        Assert.Equal("Number 2 failed.", Assert.Single((await _hook.NextAsync()).Events).Message);
        Assert.Equal(2, _hook.Attempts);
    }

    [Fact]
    public async Task Shutdown_WithNothingToSay_DeliversNothing()
    {
        await using var run = new HookRun(_hook);
        await run.StopAsync();
        Assert.Equal(0, _hook.Attempts);
    }
}
