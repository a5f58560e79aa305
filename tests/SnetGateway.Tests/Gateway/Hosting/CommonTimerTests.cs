using SnetGateway.Gateway.Hosting;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Gateway.Hosting;

public sealed class CommonTimerTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly TestTimeProvider _time = new();

    [Fact]
    public void TimersThatWereCreatedAtDifferentTimes_FireAtTheSameMoments_ByOneTimerOfThePlatform()
    {
        using var common = new CommonTimer(_time);
        var fired = new List<string>();
        using PeriodicTimer second = common.Every(TimeSpan.FromSeconds(1));
        _time.Advance(TimeSpan.FromMilliseconds(700));
        using PeriodicTimer other = common.Every(TimeSpan.FromSeconds(1));
        _time.Advance(TimeSpan.FromMilliseconds(100));
        using PeriodicTimer five = common.Every(TimeSpan.FromSeconds(5));
        _ = FollowAsync(second, "second", fired);
        _ = FollowAsync(other, "other", fired);
        _ = FollowAsync(five, "five", fired);
        Assert.Equal(1, _time.Armed);

        _time.Advance(TimeSpan.FromMilliseconds(200));
        Assert.Equal(["second"], fired); // the other has not waited half of its period
        for (int i = 0; i < 4; i++)
        {
            fired.Clear();
            _time.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(i < 3 ? ["second", "other"] : ["second", "other", "five"], fired);
        }

        Assert.Equal(1, _time.Armed);
    }

    [Fact]
    public void ChangedPeriod_IsInForceImmediately()
    {
        using var common = new CommonTimer(_time);
        var fired = new List<string>();
        using PeriodicTimer timer = common.Every(TimeSpan.FromSeconds(1));
        _ = FollowAsync(timer, "tick", fired);
        _time.Advance(TimeSpan.FromSeconds(1));
        timer.Period = TimeSpan.FromMilliseconds(250);
        _time.Advance(TimeSpan.FromMilliseconds(250));
        _time.Advance(TimeSpan.FromMilliseconds(250));
        Assert.Equal(3, fired.Count);
        timer.Period = TimeSpan.FromSeconds(1);
        _time.Advance(TimeSpan.FromMilliseconds(400));
        Assert.Equal(3, fired.Count);
        _time.Advance(TimeSpan.FromMilliseconds(100));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(5, fired.Count);
    }

    [Fact]
    public void DisposedTimer_NoLongerKeepsTheCommonOneArmed()
    {
        using var common = new CommonTimer(_time);
        PeriodicTimer timer = common.Every(TimeSpan.FromSeconds(1));
        Assert.Equal(1, _time.Armed);
        timer.Dispose();
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(0, _time.Armed);
        Assert.Throws<ObjectDisposedException>(() => timer.Period = TimeSpan.FromSeconds(2));
        Assert.Equal(0, _time.Armed);
    }

    /// <summary>A disk that hangs must not hide itself from the probe of the ledger.</summary>
    [Fact]
    public async Task UserThatBlocks_DoesNotHoldUpTheOthers()
    {
        using var common = new CommonTimer(_time);
        using var released = new ManualResetEventSlim();
        var blocked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var fired = new List<string>();
        using PeriodicTimer blocking = common.Every(TimeSpan.FromSeconds(1), mayBlock: true);
        using PeriodicTimer other = common.Every(TimeSpan.FromSeconds(1));
        Task block = BlockAsync();
        _ = FollowAsync(other, "other", fired);

        _time.Advance(TimeSpan.FromSeconds(1));
        await blocked.Task.WaitAsync(s_patience);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["other", "other"], fired);
        released.Set();
        await block.WaitAsync(s_patience);

        async Task BlockAsync()
        {
            await blocking.WaitForNextTickAsync();
            blocked.SetResult();
            Assert.True(released.Wait(s_patience));
        }
    }

    [Fact]
    public void ClockThatWasBehindByManyPeriods_FiresOnce()
    {
        var time = new SuspendedTime();
        using var common = new CommonTimer(time);
        var fired = new List<string>();
        using PeriodicTimer timer = common.Every(TimeSpan.FromSeconds(1));
        _ = FollowAsync(timer, "tick", fired);
        time.Now = TimeSpan.FromHours(1);
        time.Fire();
        Assert.Single(fired);
        Assert.Equal(TimeSpan.FromSeconds(1), time.Left);
    }

    private static async Task FollowAsync(PeriodicTimer timer, string name, List<string> fired)
    {
        while (await timer.WaitForNextTickAsync())
        {
            fired.Add(name);
        }
    }

    /// <summary>The clock of a machine that slept: its timer fires late, once.</summary>
    private sealed class SuspendedTime : TimeProvider, ITimer
    {
        private Action _fire = () => { };

        public TimeSpan Now { get; set; }

        public TimeSpan Left { get; private set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _fire = () => callback(state);
            return this;
        }

        public void Fire() => _fire();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Left = dueTime;
            return true;
        }

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
