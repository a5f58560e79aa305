using SnetGateway.Payments.Channels;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Payments.Channels;

public sealed class SlotQueueTests(ITestOutputHelper output)
{
    private static readonly TimeSpan s_wait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);

    private readonly TestTimeProvider _time = new();
    private readonly SlotQueue _line = new();

    [Fact]
    public async Task Turns_ComeInTheOrderOfTheLine()
    {
        Assert.True(await Enter());
        var order = new List<int>();
        Task[] calls = [.. Enumerable.Range(0, 10).Select(async number =>
        {
            Assert.True(await Enter());
            order.Add(number);
            _line.Release();
        })];
        _line.Release();
        await Task.WhenAll(calls).WaitAsync(s_limit);
        Assert.Equal(Enumerable.Range(0, 10), order);
        Assert.False(_line.IsTaken);
    }

    [Fact]
    [Rule(5)]
    public async Task Line_IsBoundedInLength()
    {
        Assert.True(await Enter());
        ValueTask<bool> first = Enter(maxWaiting: 2), second = Enter(maxWaiting: 2);
        Assert.False(await Enter(maxWaiting: 2));
        _line.Release();
        Assert.True(await first);
        ValueTask<bool> third = Enter(maxWaiting: 2);
        Assert.False(await Enter(maxWaiting: 2));
        _line.Release();
        _line.Release();
        Assert.True(await second && await third);
        _line.Release();
        Assert.False(_line.IsTaken);
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(16, 0)]
    [Rule(5)]
    public async Task Line_OfLengthOrTimeZero_RefusesAtOnce(int maxWaiting, int seconds)
    {
        Assert.True(await Enter());
        ValueTask<bool> second = _line.EnterAsync(maxWaiting, TimeSpan.FromSeconds(seconds), _time, default);
        Assert.True(second.IsCompleted);
        Assert.False(await second);
    }

    [Fact]
    [Rule(5)]
    public async Task Line_IsBoundedInTime_AndWhoLeavesItIsNotGivenTheTurn()
    {
        Assert.True(await Enter());
        Task<bool> waiting = Enter().AsTask();
        _time.Advance(s_wait - TimeSpan.FromTicks(1));
        Assert.False(waiting.IsCompleted);
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.False(await waiting.WaitAsync(s_limit));
        _line.Release();
        Assert.False(_line.IsTaken);
        Assert.Equal(0, _time.Armed);
    }

    [Fact]
    public async Task Cancelled_WhileWaiting_LeavesTheLine()
    {
        Assert.True(await Enter());
        using var leaving = new CancellationTokenSource();
        Task<bool> waiting = Enter(cancellationToken: leaving.Token).AsTask();
        Task<bool> next = Enter().AsTask();
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(s_limit));
        _line.Release();
        Assert.True(await next.WaitAsync(s_limit));
        _line.Release();
        Assert.False(_line.IsTaken);
    }

    [Fact]
    public async Task CancelledOrTimedOut_InTheMomentOfTheTurn_NothingIsLost()
    {
        int seed = Seeds.Next(output.WriteLine);
        var random = new Random(seed);
        for (int i = 0; i < 3_000; i++)
        {
            var line = new SlotQueue();
            var time = new TestTimeProvider();
            using var leaving = new CancellationTokenSource();
            Assert.True(await line.EnterAsync(9, s_wait, time, default));
            Task<bool> waiting = line.EnterAsync(9, s_wait, time, leaving.Token).AsTask();
            Task<bool> behind = line.EnterAsync(9, TimeSpan.FromHours(1), time, default).AsTask();
            Action race = random.Next(2) == 0 ? leaving.Cancel : () => time.Advance(s_wait);
            using var start = new Barrier(2);
            var racer = new Thread(() =>
            {
                start.SignalAndWait();
                race();
            });
            racer.Start();
            start.SignalAndWait();
            line.Release();
            racer.Join();

            bool given;
            try
            {
                given = await waiting.WaitAsync(s_limit);
            }
            catch (OperationCanceledException)
            {
                given = false;
            }

            if (given)
            {
                line.Release();
            }

            Assert.True(await behind.WaitAsync(s_limit));
            line.Release();
            Assert.False(line.IsTaken);
        }
    }

    [Fact]
    [Rule(5)]
    public async Task ManyCalls_ThatComeWaitGiveUpAndLeave_OneAtATimeAndNothingLeftBehind()
    {
        int seed = Seeds.Next(output.WriteLine);
        int inside = 0, entered = 0;
        await Task.WhenAll(Enumerable.Range(0, 32).Select(async worker =>
        {
            await Task.Yield();
            var random = new Random(seed + worker);
            for (int i = 0; i < 400; i++)
            {
                using var leaving = new CancellationTokenSource();
                try
                {
                    ValueTask<bool> turn = _line.EnterAsync(
                        random.Next(4, 20), TimeSpan.FromMilliseconds(random.Next(0, 3)), TimeProvider.System, leaving.Token);
                    if (random.Next(3) == 0)
                    {
                        await leaving.CancelAsync();
                    }

                    if (!await turn)
                    {
                        continue;
                    }
                }
                catch (OperationCanceledException)
                {
                    continue;
                }

                Assert.Equal(1, Interlocked.Increment(ref inside));
                await Task.Yield();
                Interlocked.Increment(ref entered);
                Interlocked.Decrement(ref inside);
                _line.Release();
            }
        })).WaitAsync(TimeSpan.FromMinutes(2));

        Assert.True(entered > 0);
        Assert.False(_line.IsTaken);
        Assert.True(await _line.EnterAsync(0, TimeSpan.Zero, _time, default));
    }

    private ValueTask<bool> Enter(int maxWaiting = 16, CancellationToken cancellationToken = default) =>
        _line.EnterAsync(maxWaiting, s_wait, _time, cancellationToken);
}
