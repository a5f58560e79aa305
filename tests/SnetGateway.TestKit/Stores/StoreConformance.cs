using SnetGateway.Payments.Records;
using Xunit;

namespace SnetGateway.TestKit.Stores;

/// <summary>
/// The rules of `IRecordStore`, checked through the contract alone. A store's tests run each of <see cref="Names"/> on a new, empty store.
/// To add a store, give its tests a way to open an empty one and run these. To add a rule, write a method here and name it in the table.
/// </summary>
public static class StoreConformance
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private static readonly Dictionary<string, Func<IRecordStore, Random, Task>> s_checks = new()
    {
        ["Commit_ExpectingNone_WritesOnce"] = CommitExpectingNone,
        ["Commit_WrongRevision_ConflictsAndWritesNothing"] = CommitWrongRevision,
        ["Commit_Revisions_Grow"] = RevisionsGrow,
        ["Commit_ThenRead_SeesIt"] = ReadYourWrites,
        ["Commit_SeveralWrites_AllOrNone"] = SeveralWrites,
        ["Commit_SameRecordTwice_IsRefused"] = SameRecordTwice,
        ["Commit_SizesAtTheLimit_AreKept"] = Sizes,
        ["Commit_BeyondTheLimits_IsRefused"] = BeyondTheLimits,
        ["Commit_ManyAtOnceOnOneRecord_OneWinsPerRevision"] = ManyOnOneRecord,
        ["Commit_MemoryChangedAfterwards_KeepsWhatWasWritten"] = MemoryIsOnlyLent,
        ["Commit_CancelledBefore_WritesNothing"] = CancelledBefore,
        ["Read_Missing_IsNull"] = ReadMissing,
        ["ReadAll_IsInTheOrderOfKeys_AndOfOneKind"] = ReadAllInOrder,
        ["ReadJournal_HoldsEveryEntryInOrder"] = JournalInOrder,
        ["ReadJournal_ConflictLeavesNoEntry"] = ConflictLeavesNoEntry,
        ["Watch_TellsTheNewestStateOfEveryRecord_WrittenSinceAllWereRead"] = WatchTellsTheNewest,
        ["Probe_ChangesNothing"] = ProbeChangesNothing,
        ["Histories_OneCaller_AgreeWithTheModel"] = static (store, random) => StoreHistory.RunAsync(store, random, callers: 1, steps: 400),
        ["Histories_ManyCallers_AgreeWithTheModel"] = static (store, random) => StoreHistory.RunAsync(
            store, random, callers: 16, steps: 150),
        ["Dispose_EndsEveryRequest"] = DisposeEndsRequests,
        ["Dispose_ThenAsked_Refuses"] = DisposedRefuses,
    };

    public static IEnumerable<string> Names => s_checks.Keys;

    /// <summary>Runs one rule. A failure names the seed, which repeats the run.</summary>
    public static async Task RunAsync(string name, IRecordStore store, int seed)
    {
        try
        {
            await s_checks[name](store, new Random(seed)).WaitAsync(s_patience);
        }
        catch (Exception exception)
        {
            throw new StoreConformanceException($"{name} failed with seed {seed}: {exception.Message}", exception);
        }
    }

    private static async Task CommitExpectingNone(IRecordStore store, Random random)
    {
        RecordKey key = StoreData.Key(1);
        CommitResult first = await Commit(store, new RecordWrite(key, 0, StoreData.Value(random)));
        Assert.Equal(CommitOutcome.Committed, first.Outcome);
        Assert.True(first.Revision > 0);
        CommitResult second = await Commit(store, new RecordWrite(key, 0, StoreData.Value(random)));
        Assert.Equal(new CommitResult(CommitOutcome.Conflict, 0), second);
    }

    private static async Task CommitWrongRevision(IRecordStore store, Random random)
    {
        RecordKey key = StoreData.Key(1);
        byte[] value = StoreData.Value(random);
        long revision = await MustCommit(store, new RecordWrite(key, 0, value, 1, StoreData.Value(random)));
        foreach (long wrong in new[] { 0, revision - 1, revision + 1, long.MaxValue }.Distinct())
        {
            Assert.Equal(CommitOutcome.Conflict, (await Commit(store, new RecordWrite(key, wrong, StoreData.Value(random)))).Outcome);
        }

        Assert.Equal(
            CommitOutcome.Conflict, (await Commit(store, new RecordWrite(StoreData.Key(2), revision, StoreData.Value(random)))).Outcome);
        StoredRecord record = await MustRead(store, key);
        Assert.Equal(revision, record.Revision);
        Assert.Equal(value, record.Value.ToArray());
        Assert.Null(await store.ReadAsync(StoreData.Key(2), CancellationToken.None));
    }

    private static async Task RevisionsGrow(IRecordStore store, Random random)
    {
        long last = 0;
        long[] revisions = new long[4];
        for (int i = 0; i < 40; i++)
        {
            int record = random.Next(revisions.Length);
            long revision = await MustCommit(store, new RecordWrite(StoreData.Key(record), revisions[record], StoreData.Value(random)));
            Assert.True(revision > last, $"revision {revision} after {last}");
            last = revisions[record] = revision;
        }
    }

    private static async Task ReadYourWrites(IRecordStore store, Random random)
    {
        RecordKey key = StoreData.Key(7);
        long revision = 0;
        for (int i = 0; i < 20; i++)
        {
            byte[] value = StoreData.Value(random);
            revision = await MustCommit(store, new RecordWrite(key, revision, value));
            StoredRecord record = await MustRead(store, key);
            Assert.Equal((key, revision), (record.Key, record.Revision));
            Assert.Equal(value, record.Value.ToArray());
        }
    }

    private static async Task SeveralWrites(IRecordStore store, Random random)
    {
        RecordKey a = StoreData.Key(1), b = StoreData.Key(2), cursor = new(RecordKind.ChainCursor, "c"u8.ToArray());
        long first = await MustCommit(
            store,
            new RecordWrite(a, 0, StoreData.Value(random), 1, StoreData.Value(random)),
            new RecordWrite(b, 0, StoreData.Value(random), 1, StoreData.Value(random)),
            new RecordWrite(cursor, 0, StoreData.Value(random)));
        Assert.Equal(first, (await MustRead(store, a)).Revision);
        Assert.Equal(first, (await MustRead(store, b)).Revision);
        Assert.Equal(first, (await MustRead(store, cursor)).Revision);

        // The last one's condition fails, so the ones before it must not be written.
        CommitResult second = await Commit(
            store,
            new RecordWrite(a, first, StoreData.Value(random), 2, StoreData.Value(random)),
            new RecordWrite(StoreData.Key(3), 0, StoreData.Value(random), 1, StoreData.Value(random)),
            new RecordWrite(b, first + 1, StoreData.Value(random), 2, StoreData.Value(random)));
        Assert.Equal(new CommitResult(CommitOutcome.Conflict, 0), second);
        Assert.Equal(first, (await MustRead(store, a)).Revision);
        Assert.Null(await store.ReadAsync(StoreData.Key(3), CancellationToken.None));
        Assert.Single(await store.ReadJournalAsync(a, CancellationToken.None).ToArrayAsync());
        Assert.Empty(await store.ReadJournalAsync(StoreData.Key(3), CancellationToken.None).ToArrayAsync());
    }

    private static async Task SameRecordTwice(IRecordStore store, Random random)
    {
        RecordKey key = StoreData.Key(1);
        RecordWrite one = new(key, 0, StoreData.Value(random)), other = new(key, 0, StoreData.Value(random));
        await Assert.ThrowsAsync<ArgumentException>(() => Commit(store, one, other).AsTask());
        Assert.Null(await store.ReadAsync(key, CancellationToken.None));
    }

    private static async Task Sizes(IRecordStore store, Random random)
    {
        int number = 0;
        foreach (int idLength in new[] { 1, 32, 64 })
        {
            foreach (int valueLength in new[] { 1, 700, 4096, 65_536 })
            {
                byte[] id = new byte[idLength];
                random.NextBytes(id);
                id[0] = (byte)number++;
                byte[] value = new byte[valueLength];
                random.NextBytes(value);
                var key = new RecordKey(RecordKind.PaidChannel, id);
                await MustCommit(store, new RecordWrite(key, 0, value, 1, value));
                Assert.Equal(value, (await MustRead(store, key)).Value.ToArray());
                StoredEntry entry = Assert.Single(await store.ReadJournalAsync(key, CancellationToken.None).ToArrayAsync());
                Assert.Equal(value, entry.Entry.ToArray());
            }
        }
    }

    private static async Task BeyondTheLimits(IRecordStore store, Random random)
    {
        byte[] value = StoreData.Value(random);
        RecordWrite[] wrong =
        [
            new(new RecordKey(RecordKind.PaidChannel, default), 0, value),
            new(new RecordKey(RecordKind.PaidChannel, new byte[65]), 0, value),
            new(StoreData.Key(1), 0, default),
            new(StoreData.Key(1), 0, new byte[65_537]),
            new(StoreData.Key(1), -1, value),
            new(StoreData.Key(1), 0, value, 0, value),
        ];
        foreach (RecordWrite write in wrong)
        {
            await Assert.ThrowsAsync<ArgumentException>(() => Commit(store, write).AsTask());
        }

        await Assert.ThrowsAsync<ArgumentException>(() => Commit(store).AsTask());
        Assert.Empty(await store.ReadAllAsync(RecordKind.PaidChannel, CancellationToken.None).ToArrayAsync());
    }

    private static async Task ManyOnOneRecord(IRecordStore store, Random random)
    {
        RecordKey key = StoreData.Key(1);
        long revision = 0;
        for (int round = 1; round <= 10; round++)
        {
            byte[][] values = [.. Enumerable.Range(0, 32).Select(_ => StoreData.Value(random))];
            int sequence = round;
            CommitResult[] results = await AllAtOnce(
                values.Length, i => Commit(store, new RecordWrite(key, revision, values[i], sequence, values[i])).AsTask());
            int winner = Assert.Single(Enumerable.Range(0, results.Length), i => results[i].Outcome == CommitOutcome.Committed);
            Assert.All(results.Where((_, i) => i != winner), result => Assert.Equal(CommitOutcome.Conflict, result.Outcome));
            revision = results[winner].Revision;
            Assert.Equal(values[winner], (await MustRead(store, key)).Value.ToArray());
            Assert.Equal(round, (await store.ReadJournalAsync(key, CancellationToken.None).ToArrayAsync()).Length);
        }
    }

    private static async Task MemoryIsOnlyLent(IRecordStore store, Random random)
    {
        byte[] id = [1, 2, 3];
        byte[] value = StoreData.Value(random);
        byte[] kept = [.. value];
        await MustCommit(store, new RecordWrite(new RecordKey(RecordKind.PaidChannel, id), 0, value, 1, value));
        value.AsSpan().Clear();
        id[0] = 9;
        var key = new RecordKey(RecordKind.PaidChannel, new byte[] { 1, 2, 3 });
        Assert.Equal(kept, (await MustRead(store, key)).Value.ToArray());
        Assert.Equal(kept, Assert.Single(await store.ReadJournalAsync(key, CancellationToken.None).ToArrayAsync()).Entry.ToArray());
        Assert.Equal(key, Assert.Single(await store.ReadAllAsync(RecordKind.PaidChannel, CancellationToken.None).ToArrayAsync()).Key);
    }

    private static async Task CancelledBefore(IRecordStore store, Random random)
    {
        RecordWrite[] writes = [new(StoreData.Key(1), 0, StoreData.Value(random))];
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => store.CommitAsync(writes, new CancellationToken(canceled: true)).AsTask());
        Assert.Null(await store.ReadAsync(StoreData.Key(1), CancellationToken.None));
    }

    private static async Task ReadMissing(IRecordStore store, Random random)
    {
        Assert.Null(await store.ReadAsync(StoreData.Key(random.Next()), CancellationToken.None));
        Assert.Empty(await store.ReadAllAsync(RecordKind.PaidChannel, CancellationToken.None).ToArrayAsync());
        Assert.Empty(await store.ReadJournalAsync(StoreData.Key(1), CancellationToken.None).ToArrayAsync());
    }

    private static async Task ReadAllInOrder(IRecordStore store, Random random)
    {
        // More records than any store reads at a time, written in another order, with ids that are prefixes of others.
        byte[][] ids = [.. Enumerable.Range(0, 1200).Select(i => StoreData.Key(i).Id.ToArray()), [1], [1, 0], [255], [255, 255]];
        byte[][] shuffled = [.. ids];
        random.Shuffle(shuffled);
        await AllAtOnce(
            shuffled.Length,
            i => Commit(store, new RecordWrite(new RecordKey(RecordKind.PaidChannel, shuffled[i]), 0, shuffled[i])).AsTask());
        await MustCommit(store, new RecordWrite(new RecordKey(RecordKind.ChainCursor, ids[0]), 0, ids[0]));

        StoredRecord[] records = await store.ReadAllAsync(RecordKind.PaidChannel, CancellationToken.None).ToArrayAsync();
        byte[][] expected = [.. ids.Order(Comparer<byte[]>.Create(static (left, right) => left.AsSpan().SequenceCompareTo(right)))];
        Assert.Equal(expected, records.Select(record => record.Key.Id.ToArray()));
        Assert.Equal(expected, records.Select(record => record.Value.ToArray()));
        Assert.Equal(
            ids[0], Assert.Single(await store.ReadAllAsync(RecordKind.ChainCursor, CancellationToken.None).ToArrayAsync()).Value.ToArray());

        StoredRecord[] everything = await store.ReadAllAsync(CancellationToken.None).ToArrayAsync();
        Assert.Equal(ids[0], Assert.Single(everything, record => record.Key.Kind == RecordKind.ChainCursor).Value.ToArray());
        Assert.Equal(
            records.Select(record => (record.Key.ToString(), record.Revision, Convert.ToHexString(record.Value.Span))).ToHashSet(),
            everything.Where(record => record.Key.Kind == RecordKind.PaidChannel)
                .Select(record => (record.Key.ToString(), record.Revision, Convert.ToHexString(record.Value.Span))).ToHashSet());
        Assert.Equal(records.Length + 1, everything.Length);
    }

    private static async Task JournalInOrder(IRecordStore store, Random random)
    {
        long[] revisions = new long[3];
        var histories = new List<byte[]>[] { [], [], [] };
        for (int i = 0; i < 300; i++)
        {
            int record = random.Next(revisions.Length);
            bool withEntry = random.Next(5) != 0;
            byte[] entry = withEntry ? StoreData.Value(random) : [];
            if (withEntry)
            {
                histories[record].Add(entry);
            }

            revisions[record] = await MustCommit(
                store,
                new RecordWrite(StoreData.Key(record), revisions[record], StoreData.Value(random), histories[record].Count, entry));
        }

        for (int record = 0; record < revisions.Length; record++)
        {
            StoredEntry[] entries = await store.ReadJournalAsync(StoreData.Key(record), CancellationToken.None).ToArrayAsync();
            Assert.Equal(Enumerable.Range(1, histories[record].Count).Select(i => (long)i), entries.Select(entry => entry.Sequence));
            Assert.Equal(histories[record], entries.Select(entry => entry.Entry.ToArray()));
        }
    }

    private static async Task ConflictLeavesNoEntry(IRecordStore store, Random random)
    {
        RecordKey key = StoreData.Key(1);
        long revision = await MustCommit(store, new RecordWrite(key, 0, StoreData.Value(random), 1, StoreData.Value(random)));
        Assert.Equal(
            CommitOutcome.Conflict,
            (await Commit(store, new RecordWrite(key, revision + 1, StoreData.Value(random), 2, StoreData.Value(random)))).Outcome);
        Assert.Single(await store.ReadJournalAsync(key, CancellationToken.None).ToArrayAsync());
    }

    private static async Task WatchTellsTheNewest(IRecordStore store, Random random)
    {
        if (!store.IsShared)
        {
            Assert.Empty(await store.WatchAsync(CancellationToken.None).ToArrayAsync());
            return;
        }

        var revisions = new Dictionary<int, long>();
        for (int record = 0; record < 5; record++)
        {
            revisions[record] = await MustCommit(store, new RecordWrite(StoreData.Key(record), 0, StoreData.Value(random)));
        }

        Assert.Equal(5, (await store.ReadAllAsync(CancellationToken.None).ToArrayAsync()).Length);

        // Some before the feed is opened, some while it runs.
        var expected = new Dictionary<RecordKey, (long Revision, string Value)>();
        for (int i = 0; i < 20; i++)
        {
            await WriteAsync();
        }

        bool allWritten = false;
        var seen = new Dictionary<RecordKey, (long Revision, string Value)>();
        Task following = FollowAsync();
        for (int i = 0; i < 20; i++)
        {
            await WriteAsync();
        }

        // The last event that is certain to come; every change not seen until then has a later event.
        lock (expected)
        {
            allWritten = true;
        }

        await MustCommit(store, new RecordWrite(StoreData.Key(100), 0, StoreData.Value(random)));
        await following;

        async Task WriteAsync()
        {
            int record = random.Next(1, 8);
            byte[] value = StoreData.Value(random);
            revisions[record] = await MustCommit(store, new RecordWrite(StoreData.Key(record), revisions.GetValueOrDefault(record), value));
            lock (expected)
            {
                expected[StoreData.Key(record)] = (revisions[record], Convert.ToHexString(value));
            }
        }

        async Task FollowAsync()
        {
            await foreach (StoredRecord record in store.WatchAsync(CancellationToken.None))
            {
                Assert.True(record.Revision >= seen.GetValueOrDefault(record.Key).Revision, "the feed went back");
                seen[record.Key] = (record.Revision, Convert.ToHexString(record.Value.Span));
                lock (expected)
                {
                    if (allWritten
                        && expected.All(pair => seen.TryGetValue(pair.Key, out (long Revision, string Value) state) && state == pair.Value))
                    {
                        return;
                    }
                }
            }
        }
    }

    private static async Task ProbeChangesNothing(IRecordStore store, Random random)
    {
        RecordKey key = StoreData.Key(1);
        long revision = await MustCommit(store, new RecordWrite(key, 0, StoreData.Value(random)));
        await store.ProbeAsync(CancellationToken.None);
        Assert.Equal(revision, (await MustRead(store, key)).Revision);
        Assert.Single(await store.ReadAllAsync(RecordKind.PaidChannel, CancellationToken.None).ToArrayAsync());
        Assert.True(await MustCommit(store, new RecordWrite(key, revision, StoreData.Value(random))) > revision);
    }

    private static async Task DisposeEndsRequests(IRecordStore store, Random random)
    {
        Task<CommitResult>[] commits =
            [.. Enumerable.Range(0, 500)
                .Select(i => Commit(store, new RecordWrite(StoreData.Key(i), 0, StoreData.Value(random))).AsTask())];
        await store.DisposeAsync();
        CommitResult[] results = await Task.WhenAll(commits);
        Assert.All(
            results, result => Assert.True(result.Outcome is CommitOutcome.Committed or CommitOutcome.NotWritten, $"{result.Outcome}"));
    }

    private static async Task DisposedRefuses(IRecordStore store, Random random)
    {
        await store.DisposeAsync();
        Assert.Equal(
            CommitOutcome.NotWritten, (await Commit(store, new RecordWrite(StoreData.Key(1), 0, StoreData.Value(random)))).Outcome);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.ReadAsync(StoreData.Key(1), CancellationToken.None).AsTask());
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.ProbeAsync(CancellationToken.None).AsTask());
        await Assert.ThrowsAsync<StoreUnavailableException>(
            () => store.ReadAllAsync(RecordKind.PaidChannel, CancellationToken.None).ToArrayAsync().AsTask());
        await store.DisposeAsync();
    }

    private static ValueTask<CommitResult> Commit(IRecordStore store, params RecordWrite[] writes) =>
        store.CommitAsync(writes, CancellationToken.None);

    private static async Task<long> MustCommit(IRecordStore store, params RecordWrite[] writes)
    {
        CommitResult result = await Commit(store, writes);
        Assert.Equal(CommitOutcome.Committed, result.Outcome);
        return result.Revision;
    }

    private static async Task<StoredRecord> MustRead(IRecordStore store, RecordKey key)
    {
        StoredRecord? record = await store.ReadAsync(key, CancellationToken.None);
        Assert.NotNull(record);
        return record;
    }

    private static Task<T[]> AllAtOnce<T>(int count, Func<int, Task<T>> begin)
    {
        var start = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<T>[] all = [.. Enumerable.Range(0, count).Select(Run)];
        start.SetResult();
        return Task.WhenAll(all);

        async Task<T> Run(int i)
        {
            await start.Task;
            return await begin(i);
        }
    }
}
