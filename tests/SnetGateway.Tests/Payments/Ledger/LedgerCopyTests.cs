using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Claims.Sending;
using SnetGateway.Payments.Ledger;
using SnetGateway.Payments.Pauses;
using SnetGateway.Payments.Payees;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;
using SnetGateway.Storage.Memory;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Ledgers;
using Xunit;

namespace SnetGateway.Tests.Payments.Ledger;

/// <summary>What a copy of a ledger writes, and above all what it does not.</summary>
public sealed class LedgerCopyTests : IAsyncLifetime
{
    private static readonly ChainBlock s_block =
        new(1000, new Bytes32([.. Enumerable.Repeat((byte)9, Bytes32.Size)]), new DateTimeOffset(2026, 11, 21, 10, 0, 0, TimeSpan.Zero));

    private readonly MemoryRecordStore _source = new();
    private readonly MemoryRecordStore _target = new();

    public async ValueTask InitializeAsync() => await FillAsync(_source, channels: 3, entriesEach: 4, s_block, seed: 1);

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        await _target.DisposeAsync();
    }

    [Fact]
    public async Task EmptyTarget_GetsRecordsJournalsAndCursor()
    {
        LedgerCopyResult result = await CopyAsync(_source, _target);
        Assert.Equal((3, 3, 12), (result.Channels, result.Written, result.EntriesWritten));
        await AssertEqualAsync();
        Assert.Equal(1000ul, await CursorAsync(_target));
    }

    [Fact]
    public async Task Pauses_AreCopied_UnlessTheTargetHasSome()
    {
        await new PauseBook(_source, new PauseSwitch(), TimeProvider.System).PauseAsync("one", default);
        await CopyAsync(_source, _target);
        var there = new PauseSwitch();
        var book = new PauseBook(_target, there, TimeProvider.System);
        await book.PauseAsync("two", default);
        Assert.Equal(["one", "two"], there.Current.Since.Keys.Order());
        await book.ResumeAsync(PauseSet.All, default);
        await CopyAsync(_source, _target);
        await book.PauseAsync("three", default);
        Assert.Equal(["three"], there.Current.Since.Keys);
    }

    [Fact]
    public async Task OpenClaims_AreCopied_UnlessTheTargetHasThem()
    {
        var outbox = new ClaimOutbox { Payee = PaymentRig.Recipient, Claimer = 1 };
        await new OutboxStore(_source).WriteAsync(outbox);
        await CopyAsync(_source, _target);
        ClaimOutbox copied = await new OutboxStore(_target).ReadAsync(PaymentRig.Recipient, default);
        Assert.Equal(1ul, copied.Claimer);
        await new OutboxStore(_target).WriteAsync(copied with { Claimer = 2 });
        await CopyAsync(_source, _target);
        Assert.Equal(2ul, (await new OutboxStore(_target).ReadAsync(PaymentRig.Recipient, default)).Claimer);
    }

    [Fact]
    public async Task PaymentAddressOfMetadata_IsCopied_UnlessTheTargetHasOne()
    {
        (Address first, Address second) = (PaymentRig.Recipient, PaymentRig.Sender);
        await new PayeeBook(_source).AddAsync("org", "group", first, default);
        await CopyAsync(_source, _target);
        var there = new PayeeBook(_target);
        Assert.Equal(first, await there.AddAsync("org", "group", second, default));
        await there.ReplaceAsync("org", "group", second, default);
        await CopyAsync(_source, _target);
        Assert.Equal(second, await new PayeeBook(_target).AddAsync("org", "group", first, default));
    }

    [Fact]
    public async Task RunAgain_WritesNothing()
    {
        await CopyAsync(_source, _target);
        LedgerCopyResult again = await CopyAsync(_source, _target);
        Assert.Equal((3, 0, 0), (again.Channels, again.Written, again.EntriesWritten));
        Assert.Empty(again.Newer);
        await AssertEqualAsync();
    }

    [Fact]
    public async Task OlderRecordAtTheTarget_IsContinued()
    {
        await FillAsync(_target, channels: 3, entriesEach: 2, s_block, seed: 1);
        LedgerCopyResult result = await CopyAsync(_source, _target);
        Assert.Equal((3, 6), (result.Written, result.EntriesWritten));
        await AssertEqualAsync();
    }

    [Fact]
    [Rule(9)]
    public async Task NewerRecordAtTheTarget_IsKept()
    {
        await FillAsync(_target, channels: 3, entriesEach: 5, s_block, seed: 1);
        StoredRecord[] before = await RecordsAsync(_target);

        LedgerCopyResult result = await CopyAsync(_source, _target);
        Assert.Equal((0, 0, 3), (result.Written, result.EntriesWritten, result.Newer.Count));
        Assert.Equal(before.Select(record => record.Revision), (await RecordsAsync(_target)).Select(record => record.Revision));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(6)]
    [Rule(9)]
    public async Task OtherHistoryAtTheTarget_IsNamedAndNotTouched(int entriesEach)
    {
        await FillAsync(_target, channels: 3, entriesEach, s_block, seed: 2);
        StoredRecord[] before = await RecordsAsync(_target);

        LedgerCopyResult result = await CopyAsync(_source, _target);
        Assert.Equal(["0", "1", "2"], result.Different.Order());
        Assert.Equal(before.Select(record => record.Revision), (await RecordsAsync(_target)).Select(record => record.Revision));
    }

    [Theory]
    [InlineData(1500, 1000)]
    [InlineData(900, 900)]
    [Rule(12)]
    public async Task Cursor_IsTheOlderOfTheTwo(ulong atTheTarget, ulong expected)
    {
        await FillAsync(_target, channels: 1, entriesEach: 2, s_block with { Number = atTheTarget }, seed: 1);
        await CopyAsync(_source, _target);
        Assert.Equal(expected, await CursorAsync(_target));
    }

    [Fact]
    [Rule(12)]
    public async Task Invalidation_SeenLater_Counts()
    {
        byte[] id = new ChannelId(1).Value.ToBigEndian();
        await WriteInvalidationAsync(_source, id, s_block.SeenAt.AddMinutes(1));
        await WriteInvalidationAsync(_target, id, s_block.SeenAt);
        await CopyAsync(_source, _target);
        Assert.Equal(s_block.SeenAt.AddMinutes(1), await SeenAtAsync(_target));

        await WriteInvalidationAsync(_target, id, s_block.SeenAt.AddMinutes(2));
        await CopyAsync(_source, _target);
        Assert.Equal(s_block.SeenAt.AddMinutes(2), await SeenAtAsync(_target));

        async Task<DateTimeOffset> SeenAtAsync(IRecordStore store) =>
            PendingInvalidation.Read((await store.ReadAsync(InvalidationKey(id), CancellationToken.None))!, out _).SeenAt;
    }

    private static async Task<LedgerCopyResult> CopyAsync(IRecordStore source, IRecordStore target)
    {
        using var copy = new LedgerCopy(source, target, target, append: null);
        return await copy.RunAsync(CancellationToken.None);
    }

    /// <summary>The same seed gives the same histories.</summary>
    private static async Task FillAsync(IRecordStore store, int channels, int entriesEach, ChainBlock block, int seed) =>
        await new LedgerFiller(store, new Address(new byte[Address.Size]), default, new Random(seed))
            .FillAsync(channels, entriesEach, block, CancellationToken.None);

    private static async Task WriteInvalidationAsync(IRecordStore store, byte[] id, DateTimeOffset seenAt)
    {
        byte[] value = new byte[PendingInvalidation.MaxLength];
        int length = new PendingInvalidation(default, seenAt).Write(new ChannelId(1), value);
        long revision = (await store.ReadAsync(InvalidationKey(id), CancellationToken.None))?.Revision ?? 0;
        await store.CommitAsync(
            new[] { new RecordWrite(InvalidationKey(id), revision, value.AsMemory(0, length)) }, CancellationToken.None);
    }

    private static RecordKey InvalidationKey(byte[] id) => new(RecordKind.PendingInvalidation, id);

    private static async Task<ulong> CursorAsync(IRecordStore store) =>
        CursorStore.Read((await store.ReadAsync(CursorStore.Key, CancellationToken.None))!).Number;

    private static async Task<StoredRecord[]> RecordsAsync(IRecordStore store) =>
        await store.ReadAllAsync(RecordKind.PaidChannel, CancellationToken.None).ToArrayAsync();

    private async Task AssertEqualAsync()
    {
        StoredRecord[] copied = await RecordsAsync(_target);
        Assert.Equal((await RecordsAsync(_source)).Select(Text), copied.Select(Text));
        foreach (StoredRecord record in copied)
        {
            Assert.Equal(await EntriesAsync(_source, record.Key), await EntriesAsync(_target, record.Key));
        }

        static string Text(StoredRecord record) => $"{record.Key} {Convert.ToHexString(record.Value.Span)}";
    }

    private static async Task<string[]> EntriesAsync(IRecordStore store, RecordKey key) =>
        await store.ReadJournalAsync(key, CancellationToken.None)
            .Select(entry => $"{entry.Sequence} {Convert.ToHexString(entry.Entry.Span)}")
            .ToArrayAsync();
}
