using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Claims.Sending;

/// <summary>Reads and writes outboxes in the ledger.</summary>
public sealed class OutboxStore(IRecordStore store)
{
    /// <summary>Whether other processes may write the same outbox.</summary>
    internal bool IsShared => store.IsShared;

    /// <summary>The outbox of a payee. Throws <see cref="StoreUnavailableException"/> and <see cref="LedgerFormatException"/>.</summary>
    public async ValueTask<ClaimOutbox> ReadAsync(Address payee, CancellationToken cancellationToken) =>
        await store.ReadAsync(ClaimOutboxCodec.KeyOf(payee), cancellationToken) is { } stored
            ? ClaimOutboxCodec.Read(stored)
            : new ClaimOutbox { Payee = payee };

    /// <summary>Writes an outbox in place of the one that was read.</summary>
    /// <returns>The same with its revision, durable.</returns>
    /// <exception cref="OutboxMovedException">Another gateway has written it since.</exception>
    /// <exception cref="StoreUnavailableException">It was not written, or perhaps: the next read shows it.</exception>
    internal async ValueTask<ClaimOutbox> WriteAsync(ClaimOutbox outbox)
    {
        var write = new RecordWrite(ClaimOutboxCodec.KeyOf(outbox.Payee), outbox.Revision, ClaimOutboxCodec.Write(outbox));
        CommitResult result = await store.CommitAsync(new[] { write }, CancellationToken.None);
        return result.Outcome switch
        {
            CommitOutcome.Committed => outbox with { Revision = result.Revision },
            CommitOutcome.Conflict => throw new OutboxMovedException(),
            _ => throw new StoreUnavailableException($"the outbox of claims could not be written ({result.Outcome})"),
        };
    }
}

/// <summary>Another gateway has written the outbox: this round ends, and the next one reads it again.</summary>
public sealed class OutboxMovedException() : Exception("another gateway has written the outbox of claims");
