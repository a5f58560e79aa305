using SnetGateway.Payments;
using SnetGateway.Payments.Settlement;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Payments.Calls;

/// <summary>
/// A payer that ends many calls before their first byte pauses, for longer each time; one whose calls fail very often, until the minute is
/// over (rule 6).
/// </summary>
public sealed class UnpaidCallsTests
{
    private static readonly PaidCallOptions s_options = new()
    {
        AbandonedCallsPerMinute = 3,
        FailedCallsPerMinute = 40,
        MaxPause = TimeSpan.FromSeconds(5),
    };

    private readonly TestTimeProvider _time = new();
    private readonly UnpaidCalls _calls;

    private readonly LivePaidCallOptions _live = new(s_options);

    public UnpaidCallsTests()
    {
        _calls = new UnpaidCalls(_time, _live);
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
            _calls.CountAbandoned(PaymentRig.Sender); // the last pause is of 128 s
        }

        _live.Current = s_options;

        for (byte i = 1; i <= 100; i++)
        {
            _calls.CountAbandoned(new Address(PaymentRig.Filled(i).ToBytes().AsSpan(0, Address.Size)));
        }

        Assert.Equal(101, _calls.Payers);
        _time.Advance(TimeSpan.FromMinutes(2));
        _calls.CountAbandoned(PaymentRig.Stranger);
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

    [Theory]
    [Rule(6)]
    [InlineData(ReleaseReason.ServiceFailed, 40)]
    [InlineData(ReleaseReason.NotForwarded, 1000)]
    public async Task CallsThatWereNotForwarded_DoNotCount_AndThoseThatTheServiceFailedCountAgainstTheLargerLimit(
        ReleaseReason reason, int allowed)
    {
        PaymentRig rig = new PaymentRig(options: s_options).Known();
        for (int i = 0; i < allowed; i++)
        {
            (await rig.ReserveAsync(PaymentRig.Pay(10), 10)).TryRelease(reason);
        }

        (await rig.ReserveAsync(PaymentRig.Pay(10), 10)).TryRelease(reason);
        if (reason == ReleaseReason.ServiceFailed)
        {
            Assert.Equal("another transaction on channel: {ID: 1} is in progress", (await rig.PayAsync(PaymentRig.Pay(10), 10))!.Message);
            rig.Time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Null(await rig.PayAsync(PaymentRig.Pay(10), 10));
    }

    [Fact]
    [Rule(6)]
    public void FailedCalls_PauseUntilTheMinuteIsOver_AndNotLongerTheNextTime()
    {
        for (int minute = 0; minute < 3; minute++)
        {
            Fail(40);
            Assert.False(Pausing);
            _time.Advance(TimeSpan.FromSeconds(50));
            Fail(5);
            Assert.True(Pausing);
            _time.Advance(TimeSpan.FromSeconds(10));
            Assert.False(Pausing);
        }
    }

    [Fact]
    public void FailedCallDuringALongPause_DoesNotShortenIt()
    {
        _live.Current = new PaidCallOptions { AbandonedCallsPerMinute = 3, FailedCallsPerMinute = 1, MaxPause = TimeSpan.FromHours(1) };
        Leave(11); // the last pause is of 128 s
        Fail(2);
        _time.Advance(TimeSpan.FromSeconds(127));
        Assert.True(Pausing);
    }

    private bool Pausing => _calls.IsPausing(PaymentRig.Sender);

    private void Fail(int times)
    {
        for (; times > 0; times--)
        {
            _calls.CountFailed(PaymentRig.Sender);
        }
    }

    private void Leave(int times)
    {
        for (; times > 0; times--)
        {
            _calls.CountAbandoned(PaymentRig.Sender);
        }
    }
}
