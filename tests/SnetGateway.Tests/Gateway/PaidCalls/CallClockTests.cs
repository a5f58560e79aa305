using SnetGateway.Gateway.PaidCalls;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Gateway.PaidCalls;

public sealed class CallClockTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    private readonly TestTimeProvider _time = new();
    private readonly CallClockPool _pool;

    public CallClockTests()
    {
        _pool = new CallClockPool(_time);
    }

    [Fact]
    public void ServiceTimeout_Ends_UnlessTheServiceHasAnswered()
    {
        CallClock silent = Start(10 * s_second, null);
        CallClock quick = Start(10 * s_second, null);
        _time.Advance(9 * s_second);
        Assert.Equal(ClockEnd.None, silent.End);
        Assert.True(quick.TryRespond());
        _time.Advance(2 * s_second);
        Assert.Equal(ClockEnd.ServiceTimedOut, silent.End);
        Assert.True(silent.Token.IsCancellationRequested);
        Assert.False(silent.TryRespond());
        Assert.Equal(ClockEnd.None, quick.End);
        Assert.False(quick.Token.IsCancellationRequested);
    }

    [Fact]
    public void ClientsDeadline_HoldsBesideTheServiceTimeout_AndAfterTheAnswer()
    {
        CallClock clock = Start(10 * s_second, 20 * s_second);
        Assert.True(clock.TryRespond());
        _time.Advance(19 * s_second);
        Assert.Equal(s_second, clock.ClientRemaining);
        Assert.Equal(ClockEnd.None, clock.End);
        _time.Advance(2 * s_second);
        Assert.Equal(ClockEnd.DeadlinePassed, clock.End);
    }

    [Fact]
    public void PaidTime_EndsACall_AndNotTheNextOne()
    {
        CallClock clock = Start(10 * s_second, 20 * s_second);
        Assert.True(clock.TryRespond());
        clock.EndAfter(5 * s_second);
        _time.Advance(4 * s_second);
        Assert.Equal(ClockEnd.None, clock.End);
        _pool.Return(clock);
        Assert.Same(clock, Start(10 * s_second, null));
        _time.Advance(5 * s_second);
        Assert.Equal(ClockEnd.None, clock.End);
        clock.EndAfter(s_second);
        _time.Advance(2 * s_second);
        Assert.Equal(ClockEnd.CeilingReached, clock.End);
        Assert.True(clock.Token.IsCancellationRequested);
    }

    [Fact]
    public void ZeroServiceTimeout_IsForEver()
    {
        CallClock clock = Start(TimeSpan.Zero, null);
        Assert.Equal(0, _time.Armed);
        Assert.Null(clock.ClientRemaining);
        _time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(ClockEnd.None, clock.End);
    }

    [Fact]
    public void TheFirstEnd_Stays()
    {
        using var client = new CancellationTokenSource();
        CallClock clock = _pool.Rent();
        clock.Start(s_second, null, client.Token);
        client.Cancel();
        _time.Advance(5 * s_second);
        Assert.Equal(ClockEnd.ClientDisconnected, clock.End);
    }

    [Fact]
    public void ClientThatHasLeftAlready_EndsAtOnce()
    {
        CallClock clock = _pool.Rent();
        clock.Start(s_second, null, new CancellationToken(canceled: true));
        Assert.Equal(ClockEnd.ClientDisconnected, clock.End);
        Assert.True(clock.Token.IsCancellationRequested);
    }

    [Fact]
    public void ReturnedClock_ServesTheNextCall_ByItsOwnTimes()
    {
        using var firstClient = new CancellationTokenSource();
        CallClock clock = _pool.Rent();
        clock.Start(10 * s_second, null, firstClient.Token);
        _pool.Return(clock);

        Assert.Same(clock, _pool.Rent());
        clock.Start(100 * s_second, null, CancellationToken.None);
        firstClient.Cancel();
        _time.Advance(50 * s_second);
        Assert.Equal(ClockEnd.None, clock.End);
        _time.Advance(51 * s_second);
        Assert.Equal(ClockEnd.ServiceTimedOut, clock.End);
    }

    [Fact]
    public void ReturnedClock_CanBeShorterThanItsTimer()
    {
        CallClock clock = Start(100 * s_second, null);
        _pool.Return(clock);
        Assert.Same(clock, _pool.Rent());
        clock.Start(s_second, null, CancellationToken.None);
        _time.Advance(2 * s_second);
        Assert.Equal(ClockEnd.ServiceTimedOut, clock.End);
    }

    [Fact]
    public void ClockThatFired_IsNotUsedAgain()
    {
        CallClock clock = Start(s_second, null);
        _time.Advance(2 * s_second);
        _pool.Return(clock);
        Assert.NotSame(clock, _pool.Rent());
    }

    [Fact]
    public void LongestTimeout_DoesNotOverflow()
    {
        CallClock clock = Start(TimeSpan.Zero, TimeSpan.FromHours(99_999_999));
        _time.Advance(TimeSpan.FromDays(30));
        Assert.Equal(ClockEnd.None, clock.End);
    }

    private CallClock Start(TimeSpan serviceTimeout, TimeSpan? clientTimeout)
    {
        CallClock clock = _pool.Rent();
        clock.Start(serviceTimeout, clientTimeout, CancellationToken.None);
        return clock;
    }
}
