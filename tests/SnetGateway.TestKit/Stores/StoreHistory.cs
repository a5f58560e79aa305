using System.Buffers.Binary;
using SnetGateway.Payments.Records;
using Xunit;

namespace SnetGateway.TestKit.Stores;

/// <summary>
/// Random histories, compared with a simple model. Callers write with revisions that they have read or with stale ones, one record or
/// several at a time. The store's revisions give the order in which all commits must be consistent.
/// </summary>
internal static class StoreHistory
{
    private const int Records = 5;

    public static async Task RunAsync(IRecordStore store, Random random, int callers, int steps)
    {
        int[] seeds = [.. Enumerable.Range(0, callers).Select(_ => random.Next())];
        Commit[][] histories = await Task.WhenAll(seeds.Select((seed, caller) => CallAsync(store, new Random(seed), caller, steps)));
        Commit[] all = [.. histories.SelectMany(commits => commits).OrderBy(commit => commit.Revision)];

        // Commits of different records may share a revision; their order does not matter then.
        Assert.Equal(
            all.Sum(commit => commit.Writes.Length),
            all.SelectMany(commit => commit.Writes.Select(write => (commit.Revision, write.Record))).Distinct().Count());

        // The model: a record is its revision and value, its journal the entries in the order of revisions.
        var model = new Dictionary<int, (long Revision, byte[] Value, List<byte[]> Journal)>();
        foreach (Commit commit in all)
        {
            foreach (Write write in commit.Writes)
            {
                (long revision, _, List<byte[]> journal) = model.GetValueOrDefault(write.Record, (0, [], []));
                Assert.True(
                    revision == write.Expected,
                    $"revision {commit.Revision} was committed on {write.Expected}, but the record was at {revision}");
                model[write.Record] = (commit.Revision, write.Value, write.Entry.Length == 0 ? journal : [.. journal, write.Entry]);
            }
        }

        for (int record = 0; record < Records; record++)
        {
            StoredRecord? stored = await store.ReadAsync(StoreData.Key(record), CancellationToken.None);
            StoredEntry[] entries = await store.ReadJournalAsync(StoreData.Key(record), CancellationToken.None).ToArrayAsync();
            (long revision, byte[] value, List<byte[]> journal) = model.GetValueOrDefault(record, (0, [], []));
            Assert.Equal(
                (revision, Convert.ToHexString(value)), (stored?.Revision ?? 0, Convert.ToHexString((stored?.Value ?? default).Span)));
            Assert.Equal(journal, entries.Select(entry => entry.Entry.ToArray()));
        }
    }

    private static async Task<Commit[]> CallAsync(IRecordStore store, Random random, int caller, int steps)
    {
        long[] known = new long[Records];
        int[] entries = new int[Records]; // the number of the newest entry, which is part of the value
        var committed = new List<Commit>();
        for (int step = 0; step < steps; step++)
        {
            int[] records = [.. Enumerable.Range(0, Records)];
            random.Shuffle(records);
            records = records[..(random.Next(4) == 0 ? random.Next(2, 4) : 1)];
            if (random.Next(3) == 0)
            {
                foreach (int record in records)
                {
                    StoredRecord? stored = await store.ReadAsync(StoreData.Key(record), CancellationToken.None);
                    Assert.True((stored?.Revision ?? 0) >= known[record], "a read went back behind what this caller knew");
                    known[record] = stored?.Revision ?? 0;
                    entries[record] = stored is null ? 0 : BinaryPrimitives.ReadInt32BigEndian(stored.Value.Span[8..]);
                }
            }

            Write[] writes =
            [
                .. records.Select(record =>
                {
                    int sequence = entries[record] + (random.Next(3) == 0 ? 0 : 1);
                    byte[] entry = sequence == entries[record] ? [] : Tag(random, caller, step, sequence);
                    return new Write(record, known[record], Tag(random, caller, step, sequence), sequence, entry);
                }),
            ];
            CommitResult result = await store.CommitAsync(
                writes
                    .Select(write => new RecordWrite(StoreData.Key(write.Record), write.Expected, write.Value, write.Sequence, write.Entry))
                    .ToArray(),
                CancellationToken.None);
            Assert.True(result.Outcome is CommitOutcome.Committed or CommitOutcome.Conflict, $"{result.Outcome}");
            if (result.Outcome == CommitOutcome.Committed)
            {
                committed.Add(new Commit(result.Revision, writes));
                foreach (Write write in writes)
                {
                    known[write.Record] = result.Revision;
                    entries[write.Record] = write.Sequence;
                }
            }
        }

        return [.. committed];
    }

    /// <summary>A unique value of random length.</summary>
    private static byte[] Tag(Random random, int caller, int step, int sequence)
    {
        byte[] value = new byte[random.Next(12, 800)];
        random.NextBytes(value);
        BinaryPrimitives.WriteInt32BigEndian(value, caller);
        BinaryPrimitives.WriteInt32BigEndian(value.AsSpan(4), step);
        BinaryPrimitives.WriteInt32BigEndian(value.AsSpan(8), sequence);
        return value;
    }

    private sealed record Write(int Record, long Expected, byte[] Value, int Sequence, byte[] Entry);

    private sealed record Commit(long Revision, Write[] Writes);
}
