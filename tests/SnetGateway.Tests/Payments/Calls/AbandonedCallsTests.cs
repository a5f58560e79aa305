using SnetGateway.Payments;
using SnetGateway.Payments.Settlement;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Payments.Calls;

/// <summary>Who leaves many calls before their first byte pauses, for longer each time (rule 6).</summary>
public sealed class AbandonedCallsTests
{
    private static readonly PaidCallOptions s_options = new() { AbandonedCallsPerMinute = 3, MaxPause = TimeSpan.FromSeconds(5) };

    private readonly TestTimeProvider _time = new();
    private readonly AbandonedCalls _calls;

    private readonly LivePaidCallOptions _live = new(s_options);

    public AbandonedCallsTests()
    {
        _calls = new AbandonedCalls(_time, _live);
    }

    [Fact]
    public void UpToTheLimitInAMinute_NobodyPauses()
    {
        for (int minute = 0; minute < 5; minute++)
        {
            Leave(3);
            Assert.False(Pausing);
            _time.Advance(TimeSpan.FromMinutes(1));
        }
    }

    [Fact]
    [Rule(6)]
    public void BeyondTheLimit_EachFurtherCallDoublesThePauseUpToTheLongest()
    {
        Leave(3);
        foreach (int seconds in (int[])[1, 2, 4, 5, 5])
        {
            Leave(1);
            _time.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromTicks(1));
            Assert.True(Pausing);
            _time.Advance(TimeSpan.FromTicks(1));
            Assert.False(Pausing);
        }
    }

    [Fact]
    public void OthersDoNotPause()
    {
        Leave(10);
        Assert.True(Pausing);
        Assert.False(_calls.IsPausing(PaymentRig.Stranger));
    }

    [Fact]
    public void AfterAQuietMinute_ThePauseIsShortAgain_AndNotBefore()
    {
        Leave(6);
        _time.Advance(TimeSpan.FromSeconds(60)); // the window is over, the last pause ended 56 s ago
        Leave(4);
        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.True(Pausing);

        _time.Advance(TimeSpan.FromSeconds(66));
        Leave(4);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(Pausing);
    }

    [Fact]
    public void VeryManyCalls_StayAtTheLongestPause()
    {
        Leave(200);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.False(Pausing);
    }

    [Fact]
    [Rule(6)]
    public void TimeOfDaySetBack_PausesAndWindowsAreAsLongAsTheyAre()
    {
        Leave(4);
        _time.SetBy = TimeSpan.FromHours(-1);
        Assert.True(Pausing);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(Pausing);

        _time.Advance(TimeSpan.FromSeconds(59)); // the window is over
        Leave(3);
        Assert.False(Pausing);
    }

    [Fact]
    [Rule(6)]
    public void PayersWhoAreQuietAgain_AreForgotten_AndThoseWhoPauseAreNot()
    {
        _live.Current = new PaidCallOptions { AbandonedCallsPerMinute = 3, MaxPause = TimeSpan.FromHours(1) };
        for (int i = 0; i < 11; i++)
        {
            _calls.Count(PaymentRig.Sender); // the last pause is of 128 s
        }

        _live.Current = s_options;

        for (byte i = 1; i <= 100; i++)
        {
            _calls.Count(new Address(PaymentRig.Filled(i).ToBytes().AsSpan(0, Address.Size)));
        }

        Assert.Equal(101, _calls.Payers);
        _time.Advance(TimeSpan.FromMinutes(2));
        _calls.Count(PaymentRig.Stranger);
        Assert.Equal(2, _calls.Payers);
        Assert.True(Pausing);
    }

    [Fact]
    [Rule(6)]
    public async Task ChannelOfAPayerWhoPauses_IsBusy()
    {
        PaymentRig rig = new PaymentRig(options: s_options).Known();
        for (int i = 0; i < 4; i++)
        {
            (await rig.ReserveAsync(PaymentRig.Pay(10), 10)).TryRelease(ReleaseReason.ClientDisconnected);
        }

        Assert.Equal("another transaction on channel: {ID: 1} is in progress", (await rig.PayAsync(PaymentRig.Pay(10), 10))!.Message);
        rig.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(10), 10));
    }

    [Fact]
    public async Task CallsThatTheServiceFailed_DoNotCount()
    {
        PaymentRig rig = new PaymentRig(options: s_options).Known();
        for (int i = 0; i < 40; i++)
        {
            (await rig.ReserveAsync(PaymentRig.Pay(10), 10)).TryRelease(ReleaseReason.ServiceFailed);
        }
    }

    private bool Pausing => _calls.IsPausing(PaymentRig.Sender);

    private void Leave(int times)
    {
        for (; times > 0; times--)
        {
            _calls.Count(PaymentRig.Sender);
        }
    }
}
