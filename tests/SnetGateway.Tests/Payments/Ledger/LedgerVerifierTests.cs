using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Ledger;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Payments.Ledger;

/// <summary>Each kind of damage is found, and what is no damage is not called so.</summary>
public sealed class LedgerVerifierTests
{
    [Fact]
    public async Task Clean_CountsAndSums()
    {
        PaymentRig rig = await PaidAsync(5);
        rig.Chain.Claim(PaymentRig.One, 50);
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(7, 1), 7));
        ChannelVerification finding = Assert.Single(await rig.VerifyAsync());
        Assert.Equal(("1", 6L), (finding.Channel, finding.Entries));
        Assert.Equal((UInt256.FromUInt64(57), UInt256.FromUInt64(7)), (finding.Delivered, finding.Amount));
        Assert.Empty(finding.Faults);
        Assert.Empty(finding.Notes);
    }

    [Fact]
    public async Task Swapped_Entries_AreFound()
    {
        PaymentRig rig = await PaidAsync(5);
        byte[] second = rig.Store.Entry(Key(rig), 2), third = rig.Store.Entry(Key(rig), 3);
        rig.Store.OverwriteEntry(Key(rig), 2, third);
        rig.Store.OverwriteEntry(Key(rig), 3, second);
        await AssertFaultAsync(rig, "entry 2 is entry 3 of channel 1");
    }

    [Fact]
    [Rule(15)]
    public async Task Missing_EntryInTheMiddle_IsFound()
    {
        PaymentRig rig = await PaidAsync(5);
        rig.Store.OverwriteEntry(Key(rig), 3, null);
        await AssertFaultAsync(rig, "entries 3 to 3 are missing");
    }

    [Fact]
    public async Task Missing_TwoNewestEntries_IsFound()
    {
        PaymentRig rig = await PaidAsync(5);
        rig.Store.OverwriteEntry(Key(rig), 4, null);
        rig.Store.OverwriteEntry(Key(rig), 5, null);
        await AssertFaultAsync(rig, "the record is at entry 5, the journal at 3");
    }

    [Fact]
    [Rule(15)]
    public async Task Missing_NewestEntryThatTheRecordHolds_IsANote()
    {
        PaymentRig rig = await PaidAsync(5);
        rig.Store.OverwriteEntry(Key(rig), 5, null);
        ChannelVerification finding = Assert.Single(await rig.VerifyAsync());
        Assert.Empty(finding.Faults);
        Assert.Equal(["entry 5 is held by the record alone"], finding.Notes);
        Assert.Equal((5L, UInt256.FromUInt64(50)), (finding.Entries, finding.Delivered));
    }

    [Fact]
    public async Task Missing_OldestEntries_IsANote()
    {
        PaymentRig rig = await PaidAsync(5);
        rig.Store.OverwriteEntry(Key(rig), 1, null);
        rig.Store.OverwriteEntry(Key(rig), 2, null);
        ChannelVerification finding = Assert.Single(await rig.VerifyAsync());
        Assert.Empty(finding.Faults);
        Assert.Equal(["the journal begins at entry 3"], finding.Notes);
    }

    /// <summary>
    /// Files are removed by the age of their newest entry: of gateways that serve unevenly, some entries of one time go and others stay.
    /// </summary>
    [Theory]
    [InlineData("3", "entries 3 to 3 are gone; they may be older than journals are kept")]
    [InlineData("2 3", "entries 2 to 3 are gone; they may be older than journals are kept")]
    [InlineData("3 4", "entries 3 to 4 are gone; they may be older than journals are kept")]
    [InlineData("2 3 4 5", "entries 2 to 4 are gone; they may be older than journals are kept")]
    [InlineData("1 2 3 4 5", "the journal begins at entry 5")]
    public async Task Missing_EntriesOlderThanJournalsAreKept_AreANote(string missing, string note)
    {
        PaymentRig rig = await PaidAsync(5);
        Forget(rig, missing);
        rig.Time.Advance(TimeSpan.FromDays(2));
        ChannelVerification finding = Assert.Single(await rig.VerifyAsync(TimeSpan.FromDays(1)));
        Assert.Empty(finding.Faults);
        Assert.Equal([note], finding.Notes);
        Assert.NotEmpty(Assert.Single(await rig.VerifyAsync(TimeSpan.FromDays(3))).Faults);
    }

    [Theory]
    [InlineData("4", "entries 4 to 4 are missing")]
    [InlineData("4 5", "the record is at entry 5, the journal at 3")]
    [InlineData("1 2 3 4 5", "the record is at entry 5, the journal at 0")]
    public async Task Missing_EntriesThatMustStillBeThere_AreFound(string missing, string fault)
    {
        PaymentRig rig = await PaidAsync(2);
        rig.Time.Advance(TimeSpan.FromDays(2));
        for (ulong amount = 30; amount <= 50; amount += 10)
        {
            Assert.Null(await rig.PayAsync(PaymentRig.Pay(amount), 10));
        }

        Forget(rig, missing);
        Assert.Contains(fault, Assert.Single(await rig.VerifyAsync(TimeSpan.FromDays(1))).Faults);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    [Rule(15)]
    public async Task Altered_AnyByteOfAnyEntry_IsFound(long sequence)
    {
        PaymentRig rig = await PaidAsync(5);
        byte[] entry = rig.Store.Entry(Key(rig), sequence);
        for (int at = 0; at < entry.Length; at++)
        {
            byte[] altered = [.. entry];
            altered[at] ^= 1;
            rig.Store.OverwriteEntry(Key(rig), sequence, altered);
            Assert.NotEmpty(Assert.Single(await rig.VerifyAsync()).Faults);
        }
    }

    [Fact]
    public async Task Altered_AmountOfTheRecord_IsFound()
    {
        PaymentRig rig = await PaidAsync(5);
        Alter(rig, record => record with { Amount = 60 });
        await AssertFaultAsync(rig, "the record holds 60 at nonce 0, its journal 50 at nonce 0");
        await AssertFaultAsync(rig, "the signature that the record holds would not be paid by the contract");
    }

    [Fact]
    public async Task Altered_NonceOfTheRecord_IsFound()
    {
        PaymentRig rig = await PaidAsync(5);
        Alter(rig, record => record with { Nonce = new(1) });
        await AssertFaultAsync(rig, "the record holds 50 at nonce 1, its journal 50 at nonce 0");
    }

    [Fact]
    public async Task Altered_PartiesOfTheRecord_AreFound()
    {
        PaymentRig rig = await PaidAsync(5);
        Alter(rig, record => record with { Sender = PaymentRig.Stranger, Signer = PaymentRig.Stranger });
        await AssertFaultAsync(rig, "the signature that the record holds would not be paid by the contract");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(50)]
    [InlineData(64)]
    public async Task Wrong_SignatureInTheRecord_IsFound(int at)
    {
        PaymentRig rig = await PaidAsync(5);
        Alter(rig, record =>
        {
            byte[] signature = record.Signature.ToArray();
            signature[at] ^= 0x80;
            return record with { Signature = signature };
        });
        await AssertFaultAsync(rig, "the signature that the record holds would not be paid by the contract");
    }

    [Fact]
    public async Task Wrong_SignatureOfAnEarlierNonce_IsFound()
    {
        PaymentRig rig = await PaidAsync(5);
        rig.Chain.Claim(PaymentRig.One, 50);
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(7, 1), 7));
        Alter(rig, record => record with { Earlier = [record.Earlier[0] with { Amount = 51 }] });
        await AssertFaultAsync(rig, "the signature that the record holds for nonce 0 would not be paid by the contract");
    }

    [Fact]
    public async Task Altered_NewestEntryInTheRecord_IsFound()
    {
        PaymentRig rig = await PaidAsync(5);
        Alter(rig, record => record with { NewestEntry = rig.Store.Entry(Key(rig), 4) });
        await AssertFaultAsync(rig, "the newest entry of the journal is not the one in the record");
    }

    [Fact]
    public async Task Swapped_Records_AreFound()
    {
        PaymentRig rig = await PaidAsync(5);
        rig.Chain.Open(PaymentRig.Id(2), PaymentRig.Sender, PaymentRig.Signer, PaymentRig.Group, 1_000, 2_000);
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(10, channel: 2), 10));
        RecordKey other = rig.Book.Find(PaymentRig.Id(2))!.Key;
        ReadOnlyMemory<byte> first = rig.Store.Find(Key(rig))!.Value;
        rig.Store.Overwrite(Key(rig), rig.Store.Find(other)!.Value);
        rig.Store.Overwrite(other, first);
        Assert.All(await rig.VerifyAsync(), finding => Assert.NotEmpty(finding.Faults));
    }

    [Fact]
    public async Task Unreadable_RecordAndEntry_AreFoundAndNamed()
    {
        PaymentRig rig = await PaidAsync(5);
        rig.Store.OverwriteEntry(Key(rig), 2, [1, 2, 3]);
        await AssertFaultAsync(rig, "entry 2: the value ends too early");
        rig.Store.Overwrite(Key(rig), new byte[] { 9 });
        ChannelVerification finding = Assert.Single(await rig.VerifyAsync());
        Assert.Equal(Key(rig).ToString(), finding.Channel);
        Assert.Contains("format 9", Assert.Single(finding.Faults), StringComparison.Ordinal);
    }

    [Fact]
    public async Task EntriesWrittenSinceTheRecordWasRead_AreNoFault()
    {
        PaymentRig rig = await PaidAsync(5);
        ReadOnlyMemory<byte> before = rig.Store.Find(Key(rig))!.Value;
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(60), 10));
        rig.Store.Overwrite(Key(rig), before);
        ChannelVerification finding = Assert.Single(await rig.VerifyAsync());
        Assert.Empty(finding.Faults);
        Assert.Empty(finding.Notes);
    }

    [Fact]
    public async Task Story_TellsRecordsAndEntriesInTheirOrder()
    {
        PaymentRig rig = await PaidAsync(3);
        rig.Chain.Open(PaymentRig.Id(2), PaymentRig.Sender, PaymentRig.Signer, PaymentRig.Group, 1_000, 2_000);
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(10, channel: 2), 10));
        var story = new LedgerHistory(rig.Store);

        var channels = new List<ChannelId>();
        await foreach (ChannelRecord record in story.ChannelsAsync(default))
        {
            channels.Add(record.Id);
        }

        var amounts = new List<UInt256>();
        await foreach (JournalEntry entry in story.EntriesAsync(rig.Record, default))
        {
            amounts.Add(entry.Amount);
        }

        Assert.Equal([PaymentRig.One, PaymentRig.Id(2)], channels);
        Assert.Equal([10, 20, 30], amounts);
        Assert.Equal(UInt256.FromUInt64(30), (await story.ChannelAsync(PaymentRig.One, default))!.Amount);
        Assert.Null(await story.ChannelAsync(PaymentRig.Id(3), default));
    }

    [Fact]
    [Rule(12)]
    public async Task Load_BringsBackRecordsAndCursor()
    {
        PaymentRig before = await PaidAsync(3);
        before.Chain.Mine(7);
        await before.Parts.Cursor.SaveAsync(before.Chain.Head!.Value, default);
        before.Chain.Mine();
        await before.Parts.Cursor.SaveAsync(before.Chain.Head!.Value, default);

        var rig = new PaymentRig(before.Store, before.Time);
        Assert.Equal(before.Chain.Head, await rig.Parts.Sync.LoadAsync(default));
        Assert.Equal((before.Record.Revision, before.Record.Amount), (rig.Record.Revision, rig.Record.Amount));
        Assert.Equal(before.Channel.Chain!.Reading, rig.Channel.Chain!.Reading);
        Assert.Equal(ReadingFreshness.Outdated, rig.Channel.Chain.Freshness);
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(40), 10));
        await rig.AssertCleanAsync();

        // Two gateways: who loses the comparison writes at a later block.
        await before.Parts.Cursor.SaveAsync(before.Chain.Head!.Value with { Number = 5_000 }, default);
        await rig.Parts.Cursor.SaveAsync(before.Chain.Head!.Value with { Number = 5_001 }, default);
        await rig.Parts.Cursor.SaveAsync(before.Chain.Head!.Value with { Number = 5_002 }, default);
        Assert.Equal(5_002UL, (await new PaymentRig(before.Store).Parts.Sync.LoadAsync(default))!.Value.Number);
    }

    [Fact]
    [Rule(12)]
    public async Task Restart_ClaimSeenBeforeTheCursorWasSaved_ChainUnreachable_OldNonceIsNotServed()
    {
        PaymentRig before = await PaidAsync(3);
        before.Channel.MarkClaimed(PaymentRig.Nonce(1), before.Time.GetUtcNow());
        before.Chain.Mine();
        await before.Parts.Cursor.SaveAsync(before.Chain.Head!.Value, default);

        var rig = new PaymentRig(before.Store, before.Time);
        rig.Chain.Outage = ChannelReadResult.Unreachable;
        await rig.Parts.Sync.LoadAsync(default);
        Assert.Equal(ReadingFreshness.FundsUnknown, rig.Channel.Chain!.Freshness);
        Assert.Equal(RefusalReason.ChainUnavailable, (await rig.PayAsync(PaymentRig.Pay(40), 10))!.Reason);
        Assert.Equal(RefusalReason.ChainUnavailable, (await rig.PayAsync(PaymentRig.Pay(10, nonce: 1), 10))!.Reason);
    }

    [Fact]
    public async Task Restart_ReadingTakenAfterTheNews_IsTrustedAgain()
    {
        PaymentRig before = await PaidAsync(1);
        before.Channel.MarkReorganised(before.Time.GetUtcNow());
        await before.Parts.Cursor.SaveAsync(before.Chain.Head!.Value, default);
        before.Time.Advance(TimeSpan.FromSeconds(5));
        before.Chain.Mine();
        Assert.Null(await before.PayAsync(PaymentRig.Pay(20), 10));

        var rig = new PaymentRig(before.Store, before.Time);
        await rig.Parts.Sync.LoadAsync(default);
        Assert.Equal(ReadingFreshness.Outdated, rig.Channel.Chain!.Freshness);
    }

    [Fact]
    public async Task Load_EmptyStore_HasNoCursor() => Assert.Null(await new PaymentRig().Parts.Sync.LoadAsync(default));

    private static void Forget(PaymentRig rig, string sequences)
    {
        foreach (string sequence in sequences.Split(' '))
        {
            rig.Store.OverwriteEntry(Key(rig), long.Parse(sequence, System.Globalization.CultureInfo.InvariantCulture), null);
        }
    }

    private static RecordKey Key(PaymentRig rig) => rig.Channel.Key;

    private static async Task<PaymentRig> PaidAsync(ulong calls)
    {
        PaymentRig rig = new PaymentRig().Known();
        for (ulong i = 1; i <= calls; i++)
        {
            Assert.Null(await rig.PayAsync(PaymentRig.Pay(i * 10), 10));
        }

        return rig;
    }

    private static void Alter(PaymentRig rig, Func<ChannelRecord, ChannelRecord> alter)
    {
        byte[] value = new byte[16_384];
        ChannelRecord record = alter(ChannelRecordCodec.Read(rig.Store.Find(Key(rig))!));
        rig.Store.Overwrite(Key(rig), value.AsMemory(0, ChannelRecordCodec.Write(record, value)));
    }

    private static async Task AssertFaultAsync(PaymentRig rig, string fault) =>
        Assert.Contains(fault, Assert.Single(await rig.VerifyAsync()).Faults);
}
