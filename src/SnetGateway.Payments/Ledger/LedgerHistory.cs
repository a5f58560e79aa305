using System.Runtime.CompilerServices;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Counters;
using SnetGateway.Payments.Prepaid;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Ledger;

/// <summary>Reads records and their history for the commands `channels`, `free-calls list` and `ledger explain`.</summary>
public sealed class LedgerHistory(IRecordStore store)
{
    /// <summary>
    /// All channels in the ledger, by id. Throws <see cref="StoreUnavailableException"/> or <see cref="LedgerFormatException"/>.
    /// </summary>
    public async IAsyncEnumerable<ChannelRecord> ChannelsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (StoredRecord stored in store.ReadAllAsync(RecordKind.PaidChannel, cancellationToken))
        {
            yield return ChannelRecordCodec.Read(stored);
        }
    }

    /// <summary>One channel's record; null when the ledger has none.</summary>
    public async ValueTask<ChannelRecord?> ChannelAsync(ChannelId id, CancellationToken cancellationToken) =>
        await store.ReadAsync(new Channel(id).Key, cancellationToken) is { } stored ? ChannelRecordCodec.Read(stored) : null;

    /// <summary>One channel's journal, oldest first, with the newest entry even where the record alone holds it.</summary>
    public async IAsyncEnumerable<JournalEntry> EntriesAsync(
        ChannelRecord record, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(record);
        long last = 0;
        await foreach (StoredEntry stored in store.ReadJournalAsync(new Channel(record.Id).Key, cancellationToken))
        {
            last = stored.Sequence;
            yield return JournalEntry.Read(stored.Entry);
        }

        if (last < record.Sequence)
        {
            yield return JournalEntry.Read(record.NewestEntry);
        }
    }

    /// <summary>The plan of the channel's current nonce; null when nothing was bought at it.</summary>
    public async ValueTask<CounterRecord?> PlanAsync(ChannelRecord channel, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(channel);
        return await store.ReadAsync(PlanKey.Of(channel, channel.Nonce), cancellationToken) is { } stored
            ? CounterRecordCodec.Read(stored)
            : null;
    }

    /// <summary>All plans of a channel, by nonce, also those of earlier channels with this id.</summary>
    public async Task<IReadOnlyList<PlanHistory>> PlansAsync(ChannelId channel, CancellationToken cancellationToken)
    {
        var plans = new List<PlanHistory>();
        await foreach (CounterRecord plan in CountersAsync(RecordKind.PrepaidPlan, cancellationToken))
        {
            if (PlanKey.TryRead(plan.Key, out ChannelId id, out ChannelNonce nonce) && id == channel)
            {
                plans.Add(new PlanHistory(nonce, plan, await EntriesAsync(plan, cancellationToken).ToListAsync(cancellationToken)));
            }
        }

        return [.. plans.OrderBy(plan => plan.Nonce)];
    }

    /// <summary>All counters of one kind, by key. Throws as <see cref="ChannelsAsync"/>.</summary>
    public async IAsyncEnumerable<CounterRecord> CountersAsync(
        RecordKind kind, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (StoredRecord stored in store.ReadAllAsync(kind, cancellationToken))
        {
            yield return CounterRecordCodec.Read(stored);
        }
    }

    /// <summary>One counter's journal, oldest first, with the newest entry even where the record alone holds it.</summary>
    public async IAsyncEnumerable<CounterEntry> EntriesAsync(
        CounterRecord record, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(record);
        long last = 0;
        await foreach (StoredEntry stored in store.ReadJournalAsync(record.Key, cancellationToken))
        {
            last = stored.Sequence;
            yield return CounterEntry.Read(stored.Entry);
        }

        if (last < record.Sequence)
        {
            yield return CounterEntry.Read(record.NewestEntry);
        }
    }
}
