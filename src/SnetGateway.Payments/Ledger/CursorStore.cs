using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Records;

namespace SnetGateway.Payments.Ledger;

/// <summary>
/// The block up to which the logs of known channels are complete, in the store. Pending invalidations of channels with payments are written
/// before it: a restart that trusts the cursor must not have forgotten a claim below it.
/// </summary>
public sealed class CursorStore(IRecordStore store, ChannelBook book)
{
    /// <summary>The key of the one cursor of a ledger.</summary>
    internal static readonly RecordKey Key = new(RecordKind.ChainCursor, "cursor"u8.ToArray());

    private long _revision;

    /// <summary>
    /// Writes the cursor and what must come before it. Several gateways may do so: one that loses the comparison reads the other's revision
    /// and leaves the write to a later block.
    /// </summary>
    public async ValueTask SaveAsync(ChainBlock cursor, CancellationToken cancellationToken)
    {
        foreach (Channel channel in book.All)
        {
            if (channel is { UnsavedInvalidation: { } invalidation, Record: not null }
                && !await SaveInvalidationAsync(channel, invalidation, cancellationToken))
            {
                return; // the cursor waits for it
            }
        }

        byte[] value = new byte[64];
        CommitResult result = await store.CommitAsync(
            new[] { new RecordWrite(Key, _revision, value.AsMemory(0, Write(cursor, value))) }, cancellationToken);
        if (result.Outcome == CommitOutcome.Committed)
        {
            _revision = result.Revision;
        }
        else if (result.Outcome is CommitOutcome.Conflict or CommitOutcome.Unknown)
        {
            _revision = (await store.ReadAsync(Key, cancellationToken))?.Revision ?? 0;
        }
    }

    /// <summary>Takes the stored cursor. Throws <see cref="LedgerFormatException"/>.</summary>
    internal ChainBlock Restore(StoredRecord stored)
    {
        _revision = stored.Revision;
        return Read(stored);
    }

    /// <summary>Reads a stored cursor. Throws <see cref="LedgerFormatException"/>.</summary>
    internal static ChainBlock Read(StoredRecord stored)
    {
        var reader = new ByteReader(stored.Value);
        if (reader.Byte() != ChannelRecordCodec.Format)
        {
            throw new LedgerFormatException("the chain cursor has a format that this version does not read");
        }

        var cursor = new ChainBlock(reader.UInt64(), reader.Bytes32(), reader.Moment());
        return reader.AtEnd ? cursor : throw new LedgerFormatException("the chain cursor has bytes after its end");
    }

    private static int Write(ChainBlock cursor, Span<byte> destination)
    {
        var writer = new ByteWriter(destination);
        writer.Byte(ChannelRecordCodec.Format);
        writer.UInt64(cursor.Number);
        writer.Bytes32(cursor.Hash);
        writer.UInt64((ulong)cursor.SeenAt.ToUnixTimeMilliseconds());
        return writer.Length;
    }

    private async ValueTask<bool> SaveInvalidationAsync(
        Channel channel, PendingInvalidation invalidation, CancellationToken cancellationToken)
    {
        var key = new RecordKey(RecordKind.PendingInvalidation, channel.Key.Id);
        byte[] value = new byte[PendingInvalidation.MaxLength];
        CommitResult result = await store.CommitAsync(
            new[] { new RecordWrite(key, channel.InvalidationRevision, value.AsMemory(0, invalidation.Write(channel.Id, value))) },
            cancellationToken);
        if (result.Outcome == CommitOutcome.Committed)
        {
            channel.InvalidationSaved(invalidation, result.Revision);
            return true;
        }

        if (result.Outcome is CommitOutcome.Conflict or CommitOutcome.Unknown)
        {
            channel.InvalidationRevision = (await store.ReadAsync(key, cancellationToken))?.Revision ?? 0;
        }

        return false;
    }
}
