using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Settlement;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Payments;
using Xunit;

namespace SnetGateway.Tests.Payments.Ledger;

/// <summary>What another replica wrote, told by the store's feed.</summary>
public sealed class FeedTests
{
    [Fact]
    [Rule(11)]
    public async Task RecordOfAnotherReplica_IsJudgedByWithoutARead()
    {
        PaymentRig rig = new PaymentRig(new ScriptedStore { IsShared = true }).Known();
        PaymentRig other = new PaymentRig(rig.Store).Known();
        Assert.Null(await other.PayAsync(PaymentRig.Pay(10), 10));
        await FeedAsync(rig, Stored(rig));

        int reads = rig.Store.Reads;
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(20), 10));
        Assert.Equal(reads, rig.Store.Reads);
        await rig.AssertCleanAsync();
    }

    [Fact]
    public async Task OlderState_ComingLate_IsLeftAside()
    {
        PaymentRig rig = new PaymentRig(new ScriptedStore { IsShared = true }).Known();
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(10), 10));
        StoredRecord old = Stored(rig);
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(20), 10));
        await FeedAsync(rig, old, Stored(rig));
        Assert.Equal(UInt256.FromUInt64(20), rig.Record.Amount);
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(30), 10));
    }

    [Fact]
    public async Task RecordOfAnotherReplica_WhileOursRuns_OursLosesTheComparison()
    {
        PaymentRig rig = new PaymentRig(new ScriptedStore { IsShared = true }).Known();
        PaymentRig other = new PaymentRig(rig.Store).Known();
        Reservation running = await rig.ReserveAsync(PaymentRig.Pay(10), 10);
        Assert.Null(await other.PayAsync(PaymentRig.Pay(10), 10));
        await FeedAsync(rig, Stored(rig));

        Assert.Equal("another transaction on channel: {ID: 1} is in progress", (await running.SettleAsync())!.Message);
        await rig.AssertCleanAsync();
    }

    [Fact]
    public async Task ChannelThatOnlyAnotherReplicaKnows_ComesIntoTheBook()
    {
        PaymentRig other = new PaymentRig(new ScriptedStore { IsShared = true }).Known();
        Assert.Null(await other.PayAsync(PaymentRig.Pay(10), 10));
        var rig = new PaymentRig(other.Store);
        Assert.Null(rig.Book.Find(PaymentRig.One));
        await FeedAsync(rig, Stored(other));
        Assert.Equal(UInt256.FromUInt64(10), rig.Record.Amount);
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(20), 10));
    }

    [Fact]
    public async Task ClaimThatAnotherReplicaSaw_FundsAreReadBeforeAnythingIsJudged()
    {
        PaymentRig rig = new PaymentRig(new ScriptedStore { IsShared = true }).Known();
        byte[] news = new byte[PendingInvalidation.MaxLength];
        int length = new PendingInvalidation(PaymentRig.Nonce(1), rig.Time.GetUtcNow()).Write(PaymentRig.One, news);
        var key = new RecordKey(RecordKind.PendingInvalidation, rig.Channel.Key.Id);
        await FeedAsync(rig, new StoredRecord(key, 5, news.AsMemory(0, length)));
        Assert.Equal(ReadingFreshness.FundsUnknown, rig.Channel.Chain!.Freshness);
    }

    [Fact]
    public async Task RecordThatCannotBeRead_TheOthersGoOn()
    {
        PaymentRig rig = new PaymentRig(new ScriptedStore { IsShared = true }).Known();
        PaymentRig other = new PaymentRig(rig.Store).Known();
        Assert.Null(await other.PayAsync(PaymentRig.Pay(10), 10));
        await FeedAsync(rig, new StoredRecord(rig.Channel.Key, 900, new byte[] { 99 }), Stored(rig));
        Assert.Equal(UInt256.FromUInt64(10), rig.Record.Amount);
    }

    private static StoredRecord Stored(PaymentRig rig) => rig.Store.Find(rig.Book.Find(PaymentRig.One)!.Key)!;

    private static async Task FeedAsync(PaymentRig rig, params StoredRecord[] records)
    {
        foreach (StoredRecord record in records)
        {
            rig.Store.Feed.Writer.TryWrite(record);
        }

        rig.Store.Feed.Writer.Complete();
        await rig.Parts.Sync.FollowAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30));
    }
}
