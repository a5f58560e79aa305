using System.Buffers.Binary;
using SnetGateway.Payments.Records;
using Xunit;

namespace SnetGateway.TestKit.Stores;

/// <summary>
/// Random histories held to a model of ten lines. Callers write with revisions that they have read, or with stale ones, one record or several at
/// a time; the store's own revisions give the one order in which all that was committed must make sense.
/// </summary>
internal static class StoreHistory
{
    private const int Records = 5;

    public static async Task RunAsync(IRecordStore store, Random random, int callers, int steps)
    {
        int[] seeds = [.. Enumerable.Range(0, callers).Select(_ => random.Next())];
        Commit[][] histories = await Task.WhenAll(seeds.Select((seed, caller) => CallAsync(store, new Random(seed), caller, steps)));
        Commit[] all = [.. histories.SelectMany(commits => commits).OrderBy(commit => commit.Revision)];
        Assert.Equal(all.Length, all.Select(commit => commit.Revision).Distinct().Count());

        // The model: a record is its revision and value, its journal the entries in the order of revisions.
        var model = new Dictionary<int, (long Revision, byte[] Value, List<byte[]> Journal)>();
        foreach (Commit commit in all)
        {
            foreach (Write write in commit.Writes)
            {
                (long revision, _, List<byte[]> journal) = model.GetValueOrDefault(write.Record, (0, [], []));
                Assert.True(revision == write.Expected, $"revision {commit.Revision} was committed on {write.Expected}, but the record was at {revision}");
                model[write.Record] = (commit.Revision, write.Value, write.Entry.Length == 0 ? journal : [.. journal, write.Entry]);
            }
        }

        for (int record = 0; record < Records; record++)
        {
            StoredRecord? stored = await store.ReadAsync(StoreData.Key(record), CancellationToken.None);
            StoredEntry[] entries = await store.ReadJournalAsync(StoreData.Key(record), CancellationToken.None).ToArrayAsync();
            (long revision, byte[] value, List<byte[]> journal) = model.GetValueOrDefault(record, (0, [], []));
            Assert.Equal((revision, Convert.ToHexString(value)), (stored?.Revision ?? 0, Convert.ToHexString((stored?.Value ?? default).Span)));
            Assert.Equal(journal, entries.Select(entry => entry.Entry.ToArray()));
        }
    }

    private static async Task<Commit[]> CallAsync(IRecordStore store, Random random, int caller, int steps)
    {
        var known = new long[Records];
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
                }
            }

            Write[] writes =
            [
                .. records.Select(record => new Write(
                    record, known[record], Tag(random, caller, step), random.Next(3) == 0 ? [] : Tag(random, caller, step))),
            ];
            CommitResult result = await store.CommitAsync(
                writes.Select(write => new RecordWrite(StoreData.Key(write.Record), write.Expected, write.Value, step + 1, write.Entry)).ToArray(),
                CancellationToken.None);
            Assert.True(result.Outcome is CommitOutcome.Committed or CommitOutcome.Conflict, $"{result.Outcome}");
            if (result.Outcome == CommitOutcome.Committed)
            {
                committed.Add(new Commit(result.Revision, writes));
                foreach (int record in records)
                {
                    known[record] = result.Revision;
                }
            }
        }

        return [.. committed];
    }

    /// <summary>A value that no other write has, of any length.</summary>
    private static byte[] Tag(Random random, int caller, int step)
    {
        var value = new byte[random.Next(12, 800)];
        random.NextBytes(value);
        BinaryPrimitives.WriteInt32BigEndian(value, caller);
        BinaryPrimitives.WriteInt32BigEndian(value.AsSpan(4), step);
        return value;
    }

    private sealed record Write(int Record, long Expected, byte[] Value, byte[] Entry);

    private sealed record Commit(long Revision, Write[] Writes);
}
