using SnetGateway.Payments.Counters;
using SnetGateway.Payments.Prepaid;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Ledger;

/// <summary>
/// Compares every counter's journal with its record: links, sequence and sums, and a plan with what was bought. Reads only; gateways may
/// run at the same time. <paramref name="retention"/> is how long journals are kept, zero without limit.
/// </summary>
public sealed class CounterVerifier(IRecordStore store, TimeProvider time, TimeSpan retention = default)
{
    private readonly VerificationPass _pass = new(store, time, retention);
    private readonly LedgerHistory _history = new(store);

    /// <summary>
    /// Verifies the counters of all kinds. Where gateways write at the same time, an apparent fault is checked again at the end, when their
    /// journals have caught up. Throws <see cref="StoreUnavailableException"/>.
    /// </summary>
    public IAsyncEnumerable<CounterVerification> VerifyAsync(CancellationToken cancellationToken) =>
        _pass.RunAsync(CounterName.Kinds, VerifyAsync, cancellationToken);

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

        var walk = new CounterWalk(record.Key, _pass.KeptSince);
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
        if (await FindUnpaidAsync(record, cancellationToken) is { } unpaid)
        {
            walk.Faults.Add(unpaid);
        }

        return new CounterVerification(name, walk.Entries, record.Used, walk.Faults);
    }

    /// <summary>
    /// Whether more is planned than the channel's journal says was bought. The journal is read after the plan, so it holds all of it. A
    /// plan of an earlier channel with this id is not compared, and neither is one whose purchases may no longer be kept.
    /// </summary>
    private async ValueTask<string?> FindUnpaidAsync(CounterRecord plan, CancellationToken cancellationToken)
    {
        if (plan.Planned.IsZero || !PlanKey.TryRead(plan.Key, out ChannelId id, out ChannelNonce nonce))
        {
            return null;
        }

        try
        {
            ChannelRecord? channel = await _history.ChannelAsync(id, cancellationToken);
            if (channel is null || PlanKey.Of(channel, nonce) != plan.Key)
            {
                return channel is null ? $"{plan.Planned} cogs are planned, and the ledger has no channel {id}" : null;
            }

            var purchases = new PlanPurchases();
            await foreach (JournalEntry entry in _history.EntriesAsync(channel, cancellationToken))
            {
                purchases.Take(entry);
            }

            UInt256 bought = purchases.Sums.GetValueOrDefault(nonce);
            return plan.Planned <= bought || purchases.IsPart
                ? null
                : $"{plan.Planned} cogs are planned, and {bought} were bought by the journal of channel {id}";
        }
        catch (LedgerFormatException)
        {
            return null; // the channel's own verification reports it
        }
    }
}

/// <summary>The verification of one counter.</summary>
/// <param name="Name">Whose counter it is.</param>
/// <param name="Entries">Journal entries that were checked.</param>
/// <param name="Used">What is used of it.</param>
/// <param name="Faults">The faults; empty for a clean counter.</param>
public sealed record CounterVerification(string Name, long Entries, UInt256 Used, IReadOnlyList<string> Faults)
    : IVerification;
