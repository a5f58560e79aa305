using SnetGateway.Ethereum;
using SnetGateway.Ethereum.Follower;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Ethereum;

/// <summary>An idle gateway asks its node little, and no call is checked against an older block for it.</summary>
public sealed class FollowPaceTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private readonly TestTimeProvider _time = new();

    [Fact]
    public async Task Idle_BlocksOf12Seconds_AtMost15RequestsAMinute()
    {
        await using var bench = new FollowerBench();
        var saves = new List<DateTimeOffset>();
        using var stop = new CancellationTokenSource();
        Task running = bench.Follower.RunAsync(
            null,
            (_, _) =>
            {
                saves.Add(bench.Clock.GetUtcNow());
                return ValueTask.CompletedTask;
            },
            null,
            stop.Token);
        await PassAsync(bench, TimeSpan.FromSeconds(80), stop.Token);
        bench.Chain.Asked.Clear();
        saves.Clear();
        await PassAsync(bench, TimeSpan.FromMinutes(10), stop.Token);

        Assert.InRange(bench.Chain.Asked.Count, 60, 150);
        Assert.InRange(saves.Count, 3, 5);
        Assert.InRange(bench.Chain.HeadNumber - bench.Follower.Cursor!.Value.Number, 0UL, 2UL);

        // A call: the next round begins immediately, and the following ones a second apart.
        bench.Chain.Mine(block => { });
        Task caughtUp = bench.Follower.CatchUpAsync(CancellationToken.None).AsTask();
        Assert.False(caughtUp.IsCompleted);
        await ChannelReaderTests.WaitUntilAsync(() =>
        {
            bench.Clock.AdvanceToTimer(HeadReader.MinInterval);
            return caughtUp.IsCompleted;
        });
        Assert.Equal(bench.Chain.HeadNumber, bench.Follower.Cursor!.Value.Number);
        Assert.True(bench.Follower.CatchUpAsync(CancellationToken.None).IsCompletedSuccessfully);
        int before = bench.Chain.Count("eth_getBlockByNumber");
        await PassAsync(bench, TimeSpan.FromSeconds(30), stop.Token);
        Assert.InRange(bench.Chain.Count("eth_getBlockByNumber") - before, 25, 35);

        await stop.CancelAsync();
        await running.WaitAsync(s_patience);
    }

    [Fact]
    [Rule(12)]
    public async Task Use_AfterAnIdleTime_WaitsForTheNextRound()
    {
        FollowPace pace = Pace();
        _time.Advance(FollowPace.IdleAfter);
        Task pause = pace.PauseAsync(TimeSpan.FromSeconds(1), mayRest: true, CancellationToken.None);
        Task first = pace.UseAsync(CancellationToken.None).AsTask();
        Task second = pace.UseAsync(CancellationToken.None).AsTask();

        await pause.WaitAsync(s_patience);
        Assert.False(first.IsCompleted);
        pace.RoundEnded();
        await Task.WhenAll(first, second).WaitAsync(s_patience);
        Assert.True(pace.UseAsync(CancellationToken.None).IsCompletedSuccessfully);
        Assert.False(pace.IsIdle);
    }

    [Fact]
    public async Task Use_WhileTheRoundDoesNotEnd_WaitsTwoSecondsAndOnce()
    {
        FollowPace pace = Pace();
        _time.Advance(FollowPace.IdleAfter);
        Task pause = pace.PauseAsync(TimeSpan.FromSeconds(1), mayRest: true, CancellationToken.None);
        Task first = pace.UseAsync(CancellationToken.None).AsTask();
        await pause.WaitAsync(s_patience);
        _time.Advance(FollowPace.LongestWait);
        await first.WaitAsync(s_patience);
        Assert.True(pace.UseAsync(CancellationToken.None).IsCompletedSuccessfully);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Pause_InUseOrAfterAFailure_IsThePollInterval(bool inUse)
    {
        FollowPace pace = Pace();
        _time.Advance(FollowPace.IdleAfter);
        if (inUse)
        {
            Assert.True(pace.UseAsync(CancellationToken.None).IsCompletedSuccessfully);
        }

        Task pause = pace.PauseAsync(TimeSpan.FromSeconds(1), mayRest: inUse, CancellationToken.None);
        Assert.True(pace.UseAsync(CancellationToken.None).IsCompletedSuccessfully);
        _time.Advance(TimeSpan.FromSeconds(1));
        await pause.WaitAsync(s_patience);
    }

    [Theory]
    [InlineData("00:00:01", "00:10:00", "00:00:15")]
    [InlineData("00:00:01", "00:00:20", "00:00:05")]
    [InlineData("00:00:01", "00:00:00", "00:00:01")]
    [InlineData("00:00:30", "00:10:00", "00:00:30")]
    public void Rest_StaysBelowTheStalenessBound(string poll, string bound, string rest) => Assert.Equal(
        TimeSpan.Parse(rest, null),
        new FollowPace(
            new ChainOptions { PollInterval = TimeSpan.Parse(poll, null), StalenessBound = TimeSpan.Parse(bound, null) }, _time).Rest);

    private FollowPace Pace() => new(new ChainOptions(), _time);

    /// <summary>Lets the time pass from timer to timer, with a block each 12 s.</summary>
    private static async Task PassAsync(FollowerBench bench, TimeSpan time, CancellationToken cancellationToken)
    {
        DateTimeOffset end = bench.Clock.GetUtcNow() + time;
        DateTimeOffset block = bench.Clock.GetUtcNow() + TimeSpan.FromSeconds(12);
        while (bench.Clock.GetUtcNow() < end)
        {
            await LogFollowingTests.WhenIdleAsync(bench, cancellationToken);
            DateTimeOffset next = block < end ? block : end;
            DateTimeOffset before = bench.Clock.GetUtcNow();
            bench.Clock.AdvanceToTimer(next - before);
            if (bench.Clock.GetUtcNow() == before)
            {
                bench.Clock.Advance(next - before);
            }

            if (bench.Clock.GetUtcNow() >= block)
            {
                bench.Chain.Mine();
                block += TimeSpan.FromSeconds(12);
            }
        }
    }
}
