using SnetGateway.Payments.Records;
using SnetGateway.TestKit.Stores;
using Xunit;

namespace SnetGateway.Tests.Storage;

/// <summary>Short forms for the tests of stores.</summary>
internal static class StoreCalls
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static Task<CommitResult> Write(
        this IRecordStore store, int channel, long expected, byte[] value, long sequence = 0,
        CancellationToken cancellationToken = default) =>
        store.CommitAsync(
            new[] { new RecordWrite(StoreData.Key(channel), expected, value, sequence, sequence == 0 ? default : value.AsMemory()) },
            cancellationToken).AsTask().WaitAsync(Patience, CancellationToken.None);

    /// <summary>
    /// Loses a comparison in a shared store and checks its journal: the entry that the record holds was written before the commit, so that
    /// it is not lost if this gateway wins the comparison and dies immediately.
    /// </summary>
    public static async Task KeepsTheEntryBeforeAsync(this IRecordStore store)
    {
        byte[] first = [1, 1], second = [2, 2];
        var write = new RecordWrite(StoreData.Key(7), 1_000_000, second, 2, second, first);
        Assert.Equal(
            CommitOutcome.Conflict,
            (await store.CommitAsync(new[] { write }, CancellationToken.None).AsTask().WaitAsync(Patience)).Outcome);
        StoredEntry entry = Assert.Single(await store.Journal(7));
        Assert.Equal((1, Convert.ToHexString(first)), (entry.Sequence, Convert.ToHexString(entry.Entry.Span)));
    }

    public static async Task<long> MustWrite(this IRecordStore store, int channel, long expected, byte[] value, long sequence = 0)
    {
        CommitResult result = await store.Write(channel, expected, value, sequence);
        Assert.Equal(CommitOutcome.Committed, result.Outcome);
        return result.Revision;
    }

    public static Task<StoredRecord?> Read(this IRecordStore store, int channel) =>
        store.ReadAsync(StoreData.Key(channel), CancellationToken.None).AsTask().WaitAsync(Patience);

    public static async Task<long> Revision(this IRecordStore store, int channel) => (await store.Read(channel))?.Revision ?? 0;

    public static async Task<StoredEntry[]> Journal(this IRecordStore store, int channel) =>
        await store.ReadJournalAsync(StoreData.Key(channel), CancellationToken.None).ToArrayAsync();

    public static void Until(Func<bool> condition) =>
        Assert.True(SpinWait.SpinUntil(condition, Patience), "the condition did not come true");
}
