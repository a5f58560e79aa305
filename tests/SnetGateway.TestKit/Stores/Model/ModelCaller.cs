using SnetGateway.Payments.Records;

namespace SnetGateway.TestKit.Stores.Model;

/// <summary>The result of a payment, as its caller knows it.</summary>
internal enum ModelEnd
{
    Booked,
    NotBooked,

    /// <summary>The store failed to respond too often: both outcomes are possible.</summary>
    Open,

    /// <summary>The record has had more payments since than it remembers: this one's outcome can no longer be determined.</summary>
    Forgotten,
}

/// <summary>
/// A gateway that makes one payment after the other as the ledger does: based on its last known state of a record, and decided by reading
/// when there is no response (rule 7).
/// </summary>
internal sealed class ModelCaller(UncertainStore store, int replica, int number, int firstRecord, int records, Random random)
{
    private const int Tries = 6;

    private readonly Dictionary<RecordKey, (long Revision, ModelAccount Account)> _believed = [];

    /// <summary>Every payment, with its expected effect and its result.</summary>
    public List<(long Id, RecordKey[] Records, long Price, ModelEnd End)> Payments { get; } = [];

    public async Task RunAsync(int payments)
    {
        for (int i = 0; i < payments; i++)
        {
            int first = random.Next(records);
            RecordKey[] keys =
                [.. Enumerable.Range(0, random.Next(5) == 0 ? Math.Min(2, records) : 1)
                    .Select(next => StoreData.Key(firstRecord + ((first + next) % records)))];
            long id = ((long)number << 32) | (uint)(i + 1);
            long price = random.Next(1, 100);
            Payments.Add((id, keys, price, await PayAsync(keys, id, price)));
        }
    }

    private async Task<ModelEnd> PayAsync(RecordKey[] keys, long id, long price)
    {
        foreach (RecordKey key in keys)
        {
            if (random.Next(3) == 0)
            {
                await LearnAsync(key); // otherwise it uses its last known state, which may be stale
            }
        }

        RecordWrite[] writes = [.. keys.Select(key =>
        {
            (long revision, ModelAccount account) = Believed(key);
            ModelAccount next = account.Pay(id, price);
            return new RecordWrite(key, revision, next.ToBytes(), next.Sequence, next.NewestEntry, account.NewestEntry);
        })];
        long sequence = writes[0].EntrySequence;
        CommitResult result = await store.CommitAsync(replica, writes);
        switch (result.Outcome)
        {
            case CommitOutcome.Committed:
                foreach (RecordWrite write in writes)
                {
                    _believed[write.Key] = (result.Revision, ModelAccount.Read(new StoredRecord(write.Key, result.Revision, write.Value)));
                }

                return ModelEnd.Booked;
            case CommitOutcome.NotWritten:
                return ModelEnd.NotBooked;
            case CommitOutcome.Conflict when await LearnAsync(keys[0]):
                return Look(keys[0], id, sequence) ?? ModelEnd.NotBooked; // its own repeated write may have won
            default:
                return await DecideAsync(keys[0], id, sequence);
        }
    }

    /// <summary>
    /// "Not written" is certain only after the record was rewritten unchanged with a new revision: a late write then fails on all of its
    /// records.
    /// </summary>
    private async Task<ModelEnd> DecideAsync(RecordKey key, long id, long sequence)
    {
        for (int i = 0; i < Tries; i++)
        {
            if (!await LearnAsync(key))
            {
                continue;
            }

            if (Look(key, id, sequence) is { } end)
            {
                return end;
            }

            (long revision, ModelAccount account) = Believed(key);
            CommitResult result = await store.CommitAsync(replica, [new RecordWrite(key, revision, account.ToBytes())]);
            if (result.Outcome == CommitOutcome.Committed)
            {
                _believed[key] = (result.Revision, account);
                return ModelEnd.NotBooked;
            }
        }

        return ModelEnd.Open;
    }

    private ModelEnd? Look(RecordKey key, long id, long sequence)
    {
        ModelAccount account = Believed(key).Account;
        return account.Recent.Contains(id) ? ModelEnd.Booked
            : account.Sequence >= sequence + ModelAccount.Remembered ? ModelEnd.Forgotten
            : null;
    }

    private (long Revision, ModelAccount Account) Believed(RecordKey key) =>
        _believed.TryGetValue(key, out (long, ModelAccount) known) ? known : (0, ModelAccount.Empty);

    private async Task<bool> LearnAsync(RecordKey key)
    {
        (bool isAnswered, StoredRecord? record) = await store.ReadAsync(replica, key);
        if (isAnswered)
        {
            _believed[key] = (record?.Revision ?? 0, ModelAccount.Read(record));
        }

        return isAnswered;
    }
}
