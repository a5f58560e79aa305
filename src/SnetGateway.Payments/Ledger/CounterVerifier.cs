using System.Runtime.CompilerServices;
using SnetGateway.Payments.Counters;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Ledger;

/// <summary>
/// Compares every counter's journal with its record: links, sequence and sums. Reads only; gateways may run at the same time.
/// <paramref name="retention"/> is how long journals are kept, zero without limit.
/// </summary>
public sealed class CounterVerifier(IRecordStore store, TimeProvider time, TimeSpan retention = default)
{
    /// <summary>Allowed difference between the clocks of the gateways and of the verifier.</summary>
    private static readonly TimeSpan s_clockDifference = TimeSpan.FromMinutes(1);

    /// <summary>How far a running gateway's journal may be behind its records.</summary>
    private static readonly TimeSpan s_journalDelay = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Verifies the counters of all kinds. Where gateways write at the same time, an apparent fault is checked again at the end, when their
    /// journals have caught up. Throws <see cref="StoreUnavailableException"/>.
    /// </summary>
    public async IAsyncEnumerable<CounterVerification> VerifyAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var doubtful = new List<RecordKey>();
        foreach (RecordKind kind in CounterName.Kinds)
        {
            await foreach (StoredRecord stored in store.ReadAllAsync(kind, cancellationToken))
            {
                CounterVerification finding = await VerifyAsync(stored, cancellationToken);
                if (store.IsShared && finding.Faults.Count > 0)
                {
                    doubtful.Add(stored.Key);
                }
                else
                {
                    yield return finding;
                }
            }
        }

        if (doubtful.Count > 0)
        {
            await Task.Delay(s_journalDelay, time, cancellationToken);
        }

        foreach (RecordKey key in doubtful)
        {
            if (await store.ReadAsync(key, cancellationToken) is { } again)
            {
                yield return await VerifyAsync(again, cancellationToken);
            }
        }
    }

    private async ValueTask<CounterVerification> VerifyAsync(StoredRecord stored, CancellationToken cancellationToken)
    {
        string name = CounterName.Of(stored.Key);
        CounterRecord record;
        try
        {
            record = CounterRecordCodec.Read(stored);
        }
        catch (LedgerFormatException exception)
        {
            return new CounterVerification(name, 0, UInt256.Zero, [exception.Message]);
        }

        DateTimeOffset keptSince = retention == TimeSpan.Zero ? DateTimeOffset.MinValue : time.GetUtcNow() - retention + s_clockDifference;
        var walk = new CounterWalk(record.Key, keptSince);
        await foreach (StoredEntry entry in store.ReadJournalAsync(stored.Key, cancellationToken))
        {
            if (entry.Sequence > record.Sequence)
            {
                break; // written by a running gateway after this record was read
            }

            walk.Take(entry);
        }

        if (record.Sequence > walk.LastSequence)
        {
            // A gateway on a shared store journals after the settle: its newest entry may be held by the record alone.
            walk.Take(new StoredEntry(record.Sequence, record.NewestEntry));
        }

        walk.Compare(record);
        return new CounterVerification(name, walk.Entries, record.Used, walk.Faults);
    }
}

/// <summary>The verification of one counter.</summary>
/// <param name="Name">Whose counter it is.</param>
/// <param name="Entries">Journal entries that were checked.</param>
/// <param name="Used">What is used of it.</param>
/// <param name="Faults">The faults; empty for a clean counter.</param>
public sealed record CounterVerification(string Name, long Entries, UInt256 Used, IReadOnlyList<string> Faults);
