using SnetGateway.Payments.Records;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Settlement;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Payments;
using Xunit;

namespace SnetGateway.Tests.Payments.Calls;

/// <summary>A settle without an answer is decided by reading, and a "no" only counts when a late write must lose (rule 7).</summary>
public sealed class UnknownOutcomeTests
{
    private const string NotStored = "unable to store new payment channel state";
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData(StoreFault.UnknownWritten)]
    [InlineData(StoreFault.UnknownLandsAfterRead)] // a late write after a read said "no"
    [InlineData(StoreFault.RepeatedWrite)] // our own repeated write won before
    [Rule(7)]
    public async Task WrittenAfterAll_IsGranted(StoreFault fault)
    {
        PaymentRig rig = Rig();
        rig.Store.Fail(fault);
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(10), 10));
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(20), 10));
        rig.Store.Fail(fault);
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(30), 10));
        Assert.Empty(rig.Events.Lines);
        Assert.Equal(UInt256.FromUInt64(30), rig.Record.Amount);
        await rig.AssertCleanAsync();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [Rule(7)]
    public async Task Lost_IsRefusedOnlyWhenALateWriteMustLose(int before)
    {
        PaymentRig rig = Rig();
        ulong amount = 10;
        for (; before > 0; before--, amount += 10)
        {
            Assert.Null(await rig.PayAsync(PaymentRig.Pay(amount), 10));
        }

        rig.Store.Fail(StoreFault.UnknownLandsLater);
        Assert.Equal(NotStored, (await rig.PayAsync(PaymentRig.Pay(amount), 10))!.Message);
        Assert.Equal(0, rig.Store.LandLate());
        Assert.Equal(["without-grant 1", "not-written 1"], rig.Events.Lines);
        Assert.False(rig.Channel.InDoubt);

        Assert.Null(await rig.PayAsync(PaymentRig.Pay(amount), 10));
        await rig.AssertCleanAsync();
    }

    [Theory]
    [InlineData(80, null)]
    [InlineData(90, RefusalReason.OutcomeUnknown)] // the record remembers eight calls: a "no" would be a guess
    [Rule(7)]
    public async Task RecordThatMovedOnSince_IsSearchedForTheCall(ulong last, RefusalReason? reason)
    {
        PaymentRig rig = Rig(shared: true, jumps: false);
        rig.Store.Fail(StoreFault.UnknownWritten);
        rig.Store.FailingReads = 1;
        Task<PaymentRefusal?> call = rig.PayAsync(PaymentRig.Pay(10), 10);
        await rig.Time.WhenArmedAsync();

        // The client did not wait: its next calls went to another replica, which found this call settled.
        PaymentRig other = new PaymentRig(rig.Store).Known();
        for (ulong amount = 20; amount <= last; amount += 10)
        {
            Assert.Null(await other.PayAsync(PaymentRig.Pay(amount), 10));
        }

        rig.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(reason, (await call.WaitAsync(s_limit))?.Reason);
        Assert.False(rig.Channel.InDoubt);
        await rig.AssertCleanAsync();
    }

    [Theory]
    [InlineData(80, null)]
    [InlineData(90, RefusalReason.OutcomeUnknown)]
    [Rule(7)]
    public async Task WriteThatArrivedTwice_IsSearchedForInARecordThatMovedOn(ulong last, RefusalReason? reason)
    {
        PaymentRig rig = Rig(shared: true);
        PaymentRig other = new PaymentRig(rig.Store).Known();
        rig.Store.Fail(StoreFault.RepeatedWrite);
        Task<PaymentRefusal?[]> later = Task.FromResult<PaymentRefusal?[]>([]);
        rig.Store.BeforeRead = () =>
        {
            rig.Store.BeforeRead = null;
            later = Task.WhenAll(Enumerable.Range(2, (int)(last / 10) - 1)
                .Select(call => other.PayAsync(PaymentRig.Pay((ulong)call * 10), 10)));
        };
        Assert.Equal(reason, (await rig.PayAsync(PaymentRig.Pay(10), 10))?.Reason);
        Assert.All(await later, Assert.Null);
        Assert.Equal(last, other.Record.Amount);
        Assert.Equal(reason is null ? [] : ["without-grant 1", "unknown 1"], rig.Events.Lines);
        Assert.False(rig.Channel.InDoubt);
        await rig.AssertCleanAsync();
    }

    [Fact]
    [Rule(7)]
    public async Task RecordThatMovedToTheNextNonceSince_IsSearchedForTheCall()
    {
        PaymentRig rig = Rig(shared: true, jumps: false);
        rig.Store.Fail(StoreFault.UnknownWritten);
        rig.Store.FailingReads = 1;
        Task<PaymentRefusal?> call = rig.PayAsync(PaymentRig.Pay(10), 10);
        await rig.Time.WhenArmedAsync();

        PaymentRig other = new PaymentRig(rig.Store).Known();
        await other.Parts.Sync.LoadAsync(default);
        other.Chain.Claim(PaymentRig.One, 10);
        Assert.Null(await other.PayAsync(PaymentRig.Pay(10, 1), 10));

        rig.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await call.WaitAsync(s_limit));
        await rig.AssertCleanAsync();
    }

    [Fact]
    [Rule(7)]
    public async Task ConflictThatCannotBeRead_IsDecidedLater()
    {
        PaymentRig rig = Rig();
        rig.Store.Fail(StoreFault.RepeatedWrite);
        rig.Store.FailingReads = 3;
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(10), 10));
        await rig.AssertCleanAsync();
    }

    [Theory]
    [InlineData(StoreFault.UnknownWritten, true)]
    [InlineData(StoreFault.UnknownLost, false)]
    [Rule(7)]
    public async Task UndecidedWithinTheLimit_IsDecidedByTheNextCall(StoreFault fault, bool written)
    {
        PaymentRig rig = Rig();
        rig.Store.Fail(fault);
        rig.Store.FailingReads = 10_000;
        DateTimeOffset before = rig.Time.GetUtcNow();
        Assert.Equal((13, NotStored), Answer(await rig.PayAsync(PaymentRig.Pay(10), 10)));
        Assert.InRange(rig.Time.GetUtcNow() - before, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5));
        Assert.Equal(["without-grant 1", "unknown 1"], rig.Events.Lines);
        Assert.True(rig.Channel.InDoubt);
        rig.AssertIdle();

        // Still no answer: the next call is not judged against what may be wrong.
        Assert.Equal((13, NotStored), Answer(await rig.PayAsync(PaymentRig.Pay(20), 10)));
        rig.AssertIdle();

        rig.Store.FailingReads = 0;
        PaymentRefusal? again = await rig.PayAsync(PaymentRig.Pay(10), 10);
        Assert.Equal(written ? "income 0 does not equal to price 10" : null, again?.Message);
        Assert.False(rig.Channel.InDoubt);
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(20), 10));
        await rig.AssertCleanAsync();
    }

    [Theory]
    [InlineData(-3_600)]
    [InlineData(3_600)]
    public async Task ClockThatIsSetMeanwhile_DoesNotChangeHowLongAnOutcomeIsWaitedFor(int seconds)
    {
        PaymentRig rig = Rig(jumps: false);
        rig.Store.Fail(StoreFault.UnknownWritten);
        rig.Store.FailingReads = 10_000;
        long start = rig.Time.GetTimestamp();
        Task<PaymentRefusal?> call = rig.PayAsync(PaymentRig.Pay(10), 10);
        await rig.Time.WhenArmedAsync();
        rig.Time.SetBy = TimeSpan.FromSeconds(seconds);

        // From here on each wait ends at once, and counts.
        rig.Time.JumpsToTimers = true;
        rig.Time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal((13, NotStored), Answer(await call.WaitAsync(s_limit)));
        Assert.InRange(rig.Time.GetElapsedTime(start), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5));
    }

    [Fact]
    [Rule(7)]
    public async Task InDoubt_LateWriteAfterTheNextCallDecided_Loses()
    {
        PaymentRig rig = Rig();
        rig.Store.Fail(StoreFault.UnknownLandsLater);
        rig.Store.FailingReads = 10_000;
        Assert.NotNull(await rig.PayAsync(PaymentRig.Pay(10), 10));
        rig.Store.FailingReads = 0;

        Reservation next = await rig.ReserveAsync(PaymentRig.Pay(10), 10);
        Assert.Equal(0, rig.Store.LandLate());
        Assert.Null(await next.SettleAsync());
        await rig.AssertCleanAsync();
    }

    [Fact]
    [Rule(7)]
    public async Task InDoubt_Price0_PassesAndTheSamePaymentToo()
    {
        PaymentRig rig = Rig();
        rig.Store.Fail(StoreFault.UnknownWritten);
        rig.Store.FailingReads = 10_000;
        Assert.NotNull(await rig.PayAsync(PaymentRig.Pay(10), 10));
        rig.Store.FailingReads = 0;
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(10), 0));
        await rig.AssertCleanAsync();
    }

    [Fact]
    public async Task DoubtCannotBeWrittenAway_StoreIsFull_StaysInDoubt()
    {
        PaymentRig rig = Rig();
        rig.Store.Fail([StoreFault.UnknownLost, .. Enumerable.Repeat(StoreFault.NotWritten, 50)]);
        Assert.Equal((13, NotStored), Answer(await rig.PayAsync(PaymentRig.Pay(10), 10)));
        Assert.True(rig.Channel.InDoubt);
    }

    [Fact]
    public async Task MemoryOfAnUnknownWrite_IsNotUsedAgain()
    {
        // The store keeps copies of what it was given, late: if the buffer went back to the pool the record would hold other channels'
        // bytes.
        PaymentRig rig = Rig();
        rig.Store.Fail(StoreFault.Stall);
        Task<PaymentRefusal?> stalled = rig.PayAsync(PaymentRig.Pay(10), 10);
        rig.Chain.Open(PaymentRig.Id(2), PaymentRig.Sender, PaymentRig.Signer, PaymentRig.Group, 1_000, 2_000);
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(10, channel: 2), 10));
        rig.Store.ReleaseStalled();
        Assert.Null(await stalled.WaitAsync(s_limit));
        await rig.AssertCleanAsync();
    }

    /// <summary>Otherwise the journal of this gateway gets a later entry under an earlier number, and `ledger verify` fails.</summary>
    [Fact]
    [Rule(7, 15)]
    public async Task DoubtThatIsDecidedWhileOtherReplicasWrite_JournalsNothing()
    {
        const long Records = 200_000;
        PaymentRig rig = Rig(shared: true);
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(10), 10));
        ChannelRecord first = rig.Record;
        List<RecordWrite> journalled = [];
        rig.Store.Committing = write => journalled.AddRange(write.Entry.IsEmpty ? [] : [write]);
        long sequence = first.Sequence;
        var others = new Thread(() =>
        {
            while (Interlocked.Increment(ref sequence) < Records)
            {
                rig.Channel.Adopt(first with { Sequence = sequence, Revision = first.Revision + sequence });
            }
        });
        others.Start();
        while (Interlocked.Read(ref sequence) < Records)
        {
            rig.Store.Fail(StoreFault.Conflict);
            Assert.False(await rig.Ledger.ClearDoubtAsync(rig.Channel, TimeSpan.Zero));
        }

        others.Join();
        Assert.Empty(journalled);
    }

    private static PaymentRig Rig(bool shared = false, bool jumps = true)
    {
        PaymentRig rig = new PaymentRig(new ScriptedStore { IsShared = shared }).Known();
        rig.Time.JumpsToTimers = jumps;
        return rig;
    }

    private static (int Code, string Text) Answer(PaymentRefusal? refusal) => (refusal!.StatusCode, refusal.Message);
}
