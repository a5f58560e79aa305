using SnetGateway.Payments.Records;
using Xunit;

namespace SnetGateway.TestKit.Stores.Model;

/// <summary>
/// Generated histories on a real store with every fault that the network can have, compared with a simple model: acknowledged payments are
/// there once, rejected ones are not, totals are the sums of the written payments, and journals have no gaps. The seed repeats a run.
/// </summary>
public static class StoreModel
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    /// <summary>Runs one history.</summary>
    /// <param name="replicas">Stores on the same records: one, or several where the store is shared.</param>
    /// <param name="journal">The merged journal of a record.</param>
    /// <param name="seed">Decides the history; completely if <paramref name="inOneThread"/>.</param>
    /// <param name="firstRecord">Number of the first record of this history; the records must be new.</param>
    /// <param name="inOneThread">The store responds immediately, so that the seed decides every interleaving.</param>
    public static async Task<ModelCounts> RunAsync(
        IReadOnlyList<IRecordStore> replicas, Func<RecordKey, Task<IReadOnlyList<StoredEntry>>> journal, int seed, int firstRecord,
        bool inOneThread)
    {
        ArgumentNullException.ThrowIfNull(replicas);
        ArgumentNullException.ThrowIfNull(journal);
        try
        {
            return await RunUnguardedAsync(replicas, journal, new Random(seed), firstRecord, inOneThread).WaitAsync(s_patience);
        }
        catch (Exception exception)
        {
            throw new StoreConformanceException($"the history of seed {seed} broke: {exception.Message}", exception);
        }
    }

    private static async Task<ModelCounts> RunUnguardedAsync(
        IReadOnlyList<IRecordStore> replicas, Func<RecordKey, Task<IReadOnlyList<StoredEntry>>> journal, Random random, int firstRecord,
        bool inOneThread)
    {
        int callers = random.Next(2, 13);
        int records = random.Next(1, 5);
        int payments = random.Next(10, 60);
        var steps = new ModelSteps(new Random(random.Next()), callers, inOneThread);
        var store = new UncertainStore(replicas, steps);
        ModelCaller[] all = [.. Enumerable.Range(0, callers).Select(i =>
            new ModelCaller(store, i % replicas.Count, i, firstRecord, records, new Random(random.Next())))];
        Task[] running = [.. all.Select(caller => LiveAsync(caller, payments, steps))];
        if (inOneThread)
        {
            steps.Drive();
        }

        await Task.WhenAll(running);
        Task landing = store.LandAllAsync();
        await landing;

        Dictionary<RecordKey, List<RecordWrite>> histories = Replay(store.Truth);
        foreach (int record in Enumerable.Range(firstRecord, records))
        {
            await CheckRecordAsync(
                replicas, journal, StoreData.Key(record), histories.GetValueOrDefault(StoreData.Key(record), []), store.Truth);
        }

        int booked = 0, lost = 0, open = 0;
        Dictionary<long, int> written = CountById(store.Truth);
        foreach ((long id, RecordKey[] keys, _, ModelEnd end) in all.SelectMany(caller => caller.Payments))
        {
            int times = written.GetValueOrDefault(id);
            Assert.True(times == 0 || times == keys.Length, $"payment {id:X} of {keys.Length} records stands {times} times");
            switch (end)
            {
                case ModelEnd.Booked:
                    Assert.True(times > 0, $"payment {id:X} was called booked and is not there");
                    booked++;
                    break;
                case ModelEnd.NotBooked:
                    Assert.True(times == 0, $"payment {id:X} was called not booked and is there");
                    lost++;
                    break;
                default:
                    open++;
                    break;
            }
        }

        (long operations, long faults, long late) = store.Counts;
        return new ModelCounts(operations, booked, lost, open, faults, late);
    }

    private static async Task LiveAsync(ModelCaller caller, int payments, ModelSteps steps)
    {
        try
        {
            await caller.RunAsync(payments);
        }
        finally
        {
            steps.End();
        }
    }

    /// <summary>Replays the commits by revision: each write must be based on the previous one.</summary>
    private static Dictionary<RecordKey, List<RecordWrite>> Replay(List<(long Revision, RecordWrite[] Writes)> truth)
    {
        var revisions = new Dictionary<RecordKey, long>();
        var histories = new Dictionary<RecordKey, List<RecordWrite>>();
        foreach ((long revision, RecordWrite[] writes) in truth.OrderBy(commit => commit.Revision))
        {
            foreach (RecordWrite write in writes)
            {
                long before = revisions.GetValueOrDefault(write.Key);
                Assert.True(
                    before == write.ExpectedRevision,
                    $"revision {revision} of {write.Key} was committed on {write.ExpectedRevision}, but it was at {before}");
                Assert.True(revision > before, $"{write.Key} went from revision {before} to {revision}");
                revisions[write.Key] = revision;
                if (!histories.TryGetValue(write.Key, out List<RecordWrite>? history))
                {
                    histories.Add(write.Key, history = []);
                }

                history.Add(write);
            }
        }

        return histories;
    }

    private static async Task CheckRecordAsync(
        IReadOnlyList<IRecordStore> replicas,
        Func<RecordKey, Task<IReadOnlyList<StoredEntry>>> journal,
        RecordKey key,
        List<RecordWrite> history,
        List<(long Revision, RecordWrite[] Writes)> truth)
    {
        long newest =
            truth.Where(commit => commit.Writes.Any(write => write.Key == key)).Select(commit => commit.Revision).DefaultIfEmpty().Max();
        foreach (IRecordStore replica in replicas)
        {
            StoredRecord? stored = await replica.ReadAsync(key, CancellationToken.None);
            Assert.True(
                newest == (stored?.Revision ?? 0), $"{key} is at revision {stored?.Revision ?? 0}, and {newest} was committed last");
            Assert.True(
                history.Count == 0 ? stored is null : stored!.Value.Span.SequenceEqual(history[^1].Value.Span),
                $"{key} does not hold what was committed last");
        }

        RecordWrite[] booked = [.. history.Where(write => !write.Entry.IsEmpty)];
        ModelAccount account = history.Count == 0
            ? ModelAccount.Empty
            : ModelAccount.Read(new StoredRecord(key, newest, history[^1].Value));
        Assert.Equal(booked.Sum(write => ModelAccount.ReadEntry(write.Entry.Span).Price), account.Total);
        Assert.Equal(booked.Length, account.Sequence);

        IReadOnlyList<StoredEntry> entries = await journal(key);
        Assert.Equal(booked.Length, entries.Count);
        for (int i = 0; i < booked.Length; i++)
        {
            Assert.Equal(i + 1, entries[i].Sequence);
            Assert.True(
                entries[i].Entry.Span.SequenceEqual(booked[i].Entry.Span), $"entry {i + 1} of {key} is another one than was booked");
        }
    }

    private static Dictionary<long, int> CountById(List<(long Revision, RecordWrite[] Writes)> truth)
    {
        var counts = new Dictionary<long, int>();
        foreach (RecordWrite write in truth.SelectMany(commit => commit.Writes).Where(write => !write.Entry.IsEmpty))
        {
            long id = ModelAccount.ReadEntry(write.Entry.Span).Id;
            counts[id] = counts.GetValueOrDefault(id) + 1;
        }

        return counts;
    }
}
