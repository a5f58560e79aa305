using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Counters;
using SnetGateway.Payments.Pauses;
using SnetGateway.Payments.Payees;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Training;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Ledger;

/// <summary>Brings the channels in memory to the state of the store: all records at startup, then what other replicas write.</summary>
public sealed class LedgerSync(
    IRecordStore store, ChannelBook book, CounterBook counters, CursorStore cursor, TrainingModels models, PauseSwitch? pauses = null,
    PayeeBook? payees = null)
{
    /// <summary>
    /// Reads all records into the book. Called once, before a call is served. Throws <see cref="StoreUnavailableException"/> or
    /// <see cref="LedgerFormatException"/>. Returns the chain cursor that the last process saved, if any.
    /// </summary>
    public async ValueTask<ChainBlock?> LoadAsync(CancellationToken cancellationToken)
    {
        ChainBlock? saved = null;
        var invalidations = new List<StoredRecord>();
        await foreach (StoredRecord stored in store.ReadAllAsync(cancellationToken))
        {
            switch (stored.Key.Kind)
            {
                case RecordKind.PaidChannel:
                    AdoptRecord(stored);
                    break;
                case RecordKind.PendingInvalidation:
                    invalidations.Add(stored); // may come before its channel
                    break;
                case RecordKind.ChainCursor:
                    saved = cursor.Restore(stored);
                    break;
                case RecordKind.TrainedModel:
                    models.Adopt(stored);
                    break;
                case RecordKind.Pause:
                    pauses?.Adopt(stored);
                    break;
                case RecordKind.Payee:
                    payees?.Adopt(stored);
                    break;
            }
        }

        foreach (StoredRecord stored in invalidations)
        {
            RestoreInvalidation(stored);
        }

        return saved;
    }

    /// <summary>
    /// Takes in what other replicas write, until cancelled: a newer record replaces the one in memory, so that the next call here is
    /// checked against it without a read. Revisions only rise, and a settle of this gateway that is in progress still compares with the
    /// record it was checked against. Returns immediately where no other process writes. To be started after <see cref="LoadAsync"/>.
    /// </summary>
    public async Task FollowAsync(CancellationToken cancellationToken)
    {
        await foreach (StoredRecord stored in store.WatchAsync(cancellationToken))
        {
            try
            {
                switch (stored.Key.Kind)
                {
                    case RecordKind.PaidChannel:
                        AdoptRecord(stored);
                        break;
                    case RecordKind.PendingInvalidation:
                        RestoreInvalidation(stored);
                        break;
                    case RecordKind.PrepaidPlan or RecordKind.FreeCallCount:
                        counters.Adopt(stored);
                        break;
                    case RecordKind.TrainedModel:
                        models.Adopt(stored);
                        break;
                    case RecordKind.Pause:
                        pauses?.Adopt(stored);
                        break;
                    case RecordKind.Payee:
                        payees?.Adopt(stored);
                        break;
                }
            }
            catch (LedgerFormatException)
            {
                // Written by a newer version, or damaged. The next call on its channel reads it and fails; the other channels continue.
            }
        }
    }

    private void AdoptRecord(StoredRecord stored)
    {
        ChannelRecord record = ChannelRecordCodec.Read(stored);
        book.GetOrAdd(record.Id).Adopt(record);
    }

    private void RestoreInvalidation(StoredRecord stored)
    {
        var invalidation = PendingInvalidation.Read(stored, out ChannelId id);
        if (book.Find(id) is { } channel && stored.Revision > channel.InvalidationRevision)
        {
            channel.Restore(invalidation, stored.Revision);
        }
    }
}
