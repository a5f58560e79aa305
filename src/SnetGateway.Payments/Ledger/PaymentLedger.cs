using System.Buffers;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Ledger;

/// <summary>
/// The book of what was delivered. One durable, conditional write per paid call and nothing before it: after a crash no record is open,
/// because nothing was written before it was final.
/// </summary>
public sealed class PaymentLedger(IRecordStore store, ChannelBook book, TimeProvider time, ulong instance)
{
    /// <summary>How deep a claim must lie before the last signature of its nonce is forgotten (two epochs, design rule 13).</summary>
    private const ulong FinalDepth = 64;

    private static readonly RecordKey CursorKey = new(RecordKind.ChainCursor, "cursor"u8.ToArray());

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);

    private ulong _calls;
    private long _cursorRevision;

    /// <summary>
    /// Reads all records into the book. Called once, before a call is served. Throws <see cref="StoreUnavailableException"/> or
    /// <see cref="LedgerFormatException"/>. Returns the chain cursor that the last process left, if any.
    /// </summary>
    public async ValueTask<ChainBlock?> LoadAsync(CancellationToken cancellationToken)
    {
        StoredRecord? cursor = null;
        var invalidations = new List<StoredRecord>();
        await foreach (StoredRecord stored in store.ReadAllAsync(cancellationToken))
        {
            switch (stored.Key.Kind)
            {
                case RecordKind.PaidChannel:
                    ChannelRecord record = ChannelRecordCodec.Read(stored);
                    book.GetOrAdd(record.Id).Adopt(record);
                    break;
                case RecordKind.PendingInvalidation:
                    invalidations.Add(stored); // may come before its channel
                    break;
                case RecordKind.ChainCursor:
                    cursor = stored;
                    break;
            }
        }

        foreach (StoredRecord stored in invalidations)
        {
            PendingInvalidation news = PendingInvalidation.Read(stored, out ChannelId id);
            book.Find(id)?.Recall(news, stored.Revision);
        }

        if (cursor is null)
        {
            return null;
        }

        _cursorRevision = cursor.Revision;
        return ReadCursor(cursor);
    }

    /// <summary>
    /// Takes in what other replicas write, until cancelled: a newer record replaces the one in memory, so that the next call here is judged by it
    /// without a read. Nothing goes back, and a settle of ours that is on its way compares with the record that it was judged by, whatever comes
    /// meanwhile. Ends at once where nobody else writes. To be started after <see cref="LoadAsync"/>.
    /// </summary>
    public async Task FollowAsync(CancellationToken cancellationToken)
    {
        await foreach (StoredRecord stored in store.WatchAsync(cancellationToken))
        {
            try
            {
                TakeIn(stored);
            }
            catch (LedgerFormatException)
            {
                // A newer version's, or damaged. Its channel's next call reads it and fails by it; the others go on.
            }
        }
    }

    /// <summary>
    /// Writes down up to which block the logs of known channels are complete, and before it what those logs said of channels with money: a
    /// restart that trusts the cursor must not have forgotten a claim below it. Several gateways may do so: who loses the comparison takes
    /// the other's place in line and leaves the write to a later block.
    /// </summary>
    public async ValueTask SaveCursorAsync(ChainBlock cursor, CancellationToken cancellationToken)
    {
        foreach (Channel channel in book.All)
        {
            if (channel is { UnsavedInvalidation: { } news, Record: not null } && !await SaveInvalidationAsync(channel, news, cancellationToken))
            {
                return; // the cursor waits with it
            }
        }

        var value = new byte[64];
        CommitResult result = await store.CommitAsync(
            new[] { new RecordWrite(CursorKey, _cursorRevision, value.AsMemory(0, WriteCursor(cursor, value))) }, cancellationToken);
        if (result.Outcome == CommitOutcome.Committed)
        {
            _cursorRevision = result.Revision;
        }
        else if (result.Outcome is CommitOutcome.Conflict or CommitOutcome.Unknown)
        {
            _cursorRevision = (await store.ReadAsync(CursorKey, cancellationToken))?.Revision ?? 0;
        }
    }

    /// <summary>
    /// Begins to book one paid call: if the channel's record is still the one that was judged, it will hold this amount, this signature and
    /// this call's id. The caller holds the channel's turn, and hands the result to <see cref="EndSettleAsync"/>.
    /// </summary>
    /// <param name="channel">The channel.</param>
    /// <param name="settlement">What to write.</param>
    /// <param name="attempt">What is being written.</param>
    internal ValueTask<CommitResult> BeginSettle(Channel channel, in Settlement settlement, out SettleAttempt attempt)
    {
        ChannelRecord next = Next(channel, settlement, out CallId call);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(ChannelRecordCodec.MaxLength);
        RecordWrite[] writes = channel.TakeWrites();
        writes[0] = new RecordWrite(
            channel.Key,
            settlement.Judged?.Revision ?? 0,
            buffer.AsMemory(0, ChannelRecordCodec.Write(next, buffer)),
            next.Sequence,
            next.NewestEntry,
            settlement.Judged?.NewestEntry ?? default);
        attempt = new SettleAttempt(next, call, writes, buffer);
        channel.InDoubt = true; // until the outcome is known, whatever a store throws
        return store.CommitAsync(writes, CancellationToken.None);
    }

    /// <summary>Takes in what became of the write.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="attempt">What <see cref="BeginSettle"/> gave.</param>
    /// <param name="result">The store's word.</param>
    /// <param name="unknownLimit">How long a missing answer is looked into.</param>
    internal ValueTask<SettleOutcome> EndSettleAsync(Channel channel, in SettleAttempt attempt, CommitResult result, TimeSpan unknownLimit)
    {
        channel.InDoubt = result.Outcome == CommitOutcome.Unknown;
        if (!channel.InDoubt)
        {
            // After an unknown outcome the store may still read from both.
            channel.ReturnWrites(attempt.Writes);
            ArrayPool<byte>.Shared.Return(attempt.Buffer);
        }

        switch (result.Outcome)
        {
            case CommitOutcome.Committed:
                attempt.Next.Revision = result.Revision;
                channel.Adopt(attempt.Next);
                return new ValueTask<SettleOutcome>(SettleOutcome.Settled);
            case CommitOutcome.NotWritten:
                return new ValueTask<SettleOutcome>(SettleOutcome.NotWritten);
            case CommitOutcome.Conflict:
                return AfterConflictAsync(channel, attempt.Call, attempt.Next.Nonce, unknownLimit);
            default:
                return DecideAsync(channel, attempt.Call, unknownLimit);
        }
    }

    /// <summary>Reads the record again where another process may have moved it. False when the store does not answer.</summary>
    internal async ValueTask<bool> RefreshAsync(Channel channel, CancellationToken cancellationToken)
    {
        if (!store.IsShared)
        {
            return true;
        }

        try
        {
            Adopt(channel, await store.ReadAsync(channel.Key, cancellationToken));
            return true;
        }
        catch (StoreUnavailableException)
        {
            return false;
        }
    }

    /// <summary>Decides what an earlier call left in doubt, so that the next one is judged against what really stands written.</summary>
    internal async ValueTask<bool> ClearDoubtAsync(Channel channel, TimeSpan limit) =>
        await DecideAsync(channel, default, limit) != SettleOutcome.Unknown;

    /// <summary>
    /// Puts aside a record whose parties are not the channel's: after a reorganisation an id can belong to somebody else (design, rule 13).
    /// The journal keeps what it held.
    /// </summary>
    internal async ValueTask<bool> SetAsideAsync(Channel channel, ChannelChainState chain, ChannelRecord old)
    {
        var entry = new JournalEntry
        {
            Kind = EntryKind.SetAside,
            ChannelId = channel.Id,
            Sequence = old.Sequence + 1,
            Previous = JournalEntry.HashOf(old.NewestEntry.Span),
            Nonce = old.Nonce,
            Amount = old.Amount,
            Price = UInt256.Zero,
            Call = NewCall(),
            At = time.GetUtcNow(),
            Service = string.Empty,
            Method = string.Empty,
            Signature = old.Signature,
        };
        return await WriteAsync(channel, old.Revision, Blank(channel.Id, chain) with
        {
            Calls = old.Calls,
            Sequence = entry.Sequence,
            NewestEntry = ToBytes(entry),
        }) == CommitOutcome.Committed;
    }

    private static Memory<byte> ToBytes(in JournalEntry entry)
    {
        Span<byte> bytes = stackalloc byte[JournalEntry.MaxLength];
        return bytes[..entry.Write(bytes)].ToArray();
    }

    private static void Adopt(Channel channel, StoredRecord? stored)
    {
        if (stored is not null)
        {
            channel.Adopt(ChannelRecordCodec.Read(stored));
        }
    }

    private void TakeIn(StoredRecord stored)
    {
        switch (stored.Key.Kind)
        {
            case RecordKind.PaidChannel:
                ChannelRecord record = ChannelRecordCodec.Read(stored);
                book.GetOrAdd(record.Id).Adopt(record);
                break;
            case RecordKind.PendingInvalidation:
                PendingInvalidation news = PendingInvalidation.Read(stored, out ChannelId id);
                if (book.Find(id) is { } channel && stored.Revision > channel.InvalidationRevision)
                {
                    channel.Recall(news, stored.Revision);
                }

                break;
        }
    }

    private static int WriteCursor(ChainBlock cursor, Span<byte> destination)
    {
        var writer = new ByteWriter(destination);
        writer.Byte(ChannelRecordCodec.Format);
        writer.UInt64(cursor.Number);
        writer.Bytes32(cursor.Hash);
        writer.UInt64((ulong)cursor.SeenAt.ToUnixTimeMilliseconds());
        return writer.Length;
    }

    private static ChainBlock ReadCursor(StoredRecord stored)
    {
        var reader = new ByteReader(stored.Value);
        if (reader.Byte() != ChannelRecordCodec.Format)
        {
            throw new LedgerFormatException("the chain cursor has a format that this version does not read");
        }

        var cursor = new ChainBlock(reader.UInt64(), reader.Bytes32(), reader.Moment());
        return reader.AtEnd ? cursor : throw new LedgerFormatException("the chain cursor has bytes after its end");
    }

    /// <summary>Last signatures to keep: those that the chain has not shown as claimed for long enough.</summary>
    private static IReadOnlyList<SignedTotal> EarlierThan(ChannelNonce nonce, ChannelRecord previous, ChannelReading reading)
    {
        bool moved = previous.Nonce < nonce && !previous.Amount.IsZero;
        if (!moved && previous.Earlier.Count == 0)
        {
            return previous.Earlier; // nearly every call
        }

        IEnumerable<SignedTotal> all = previous.Earlier;
        if (moved)
        {
            all = all.Append(new SignedTotal(previous.Nonce, previous.Amount, previous.Signature, 0));
        }

        return
        [
            .. all
                .Select(total => total.Nonce >= reading.Nonce ? total with { ShownClaimedAtBlock = 0 } // a claim can be undone
                    : total.ShownClaimedAtBlock == 0 ? total with { ShownClaimedAtBlock = reading.Block.Number }
                    : total)
                .Where(total => total.ShownClaimedAtBlock == 0 || total.ShownClaimedAtBlock + FinalDepth > reading.Block.Number)
                .OrderBy(total => total.ShownClaimedAtBlock == 0) // what can still be claimed is the last to go
                .TakeLast(ChannelRecordCodec.MaxEarlier),
        ];
    }

    private async ValueTask<bool> SaveInvalidationAsync(Channel channel, PendingInvalidation news, CancellationToken cancellationToken)
    {
        var key = new RecordKey(RecordKind.PendingInvalidation, channel.Key.Id);
        var value = new byte[PendingInvalidation.MaxLength];
        CommitResult result = await store.CommitAsync(
            new[] { new RecordWrite(key, channel.InvalidationRevision, value.AsMemory(0, news.Write(channel.Id, value))) }, cancellationToken);
        if (result.Outcome == CommitOutcome.Committed)
        {
            channel.InvalidationSaved(news, result.Revision);
            return true;
        }

        if (result.Outcome is CommitOutcome.Conflict or CommitOutcome.Unknown)
        {
            channel.InvalidationRevision = (await store.ReadAsync(key, cancellationToken))?.Revision ?? 0;
        }

        return false;
    }

    private ChannelRecord Next(Channel channel, in Settlement settlement, out CallId call)
    {
        ChannelPayment payment = settlement.Payment;
        ChannelReading reading = settlement.Reading; // what was judged: the channel's own may be of others by now
        ChannelRecord? previous = settlement.Judged;
        call = NewCall();
        var entry = new JournalEntry
        {
            Kind = EntryKind.Settle,
            ChannelId = channel.Id,
            Sequence = (previous?.Sequence ?? 0) + 1,
            Previous = previous is null ? default : JournalEntry.HashOf(previous.NewestEntry.Span),
            Nonce = payment.Nonce,
            Amount = payment.Amount,
            Price = settlement.Price,
            Call = call,
            At = time.GetUtcNow(),
            Service = settlement.Call.Service.Name,
            Method = settlement.Call.Method,
            Signature = payment.Signature,
        };
        Memory<byte> newest = ToBytes(entry);
        Memory<byte> signature = ClaimableSignature(newest, payment.Signature.Length);
        return new ChannelRecord
        {
            Id = channel.Id,
            Nonce = payment.Nonce,
            Amount = payment.Amount,
            Signature = signature,
            Sender = reading.Sender,
            Signer = reading.Signer,
            Calls = (previous?.Calls ?? default).With(call),
            Earlier = previous is null ? [] : EarlierThan(payment.Nonce, previous, reading),
            Reading = reading,
            Sequence = entry.Sequence,
            NewestEntry = newest,
        };
    }

    /// <summary>
    /// The signature at the end of its entry, as the contract wants it: v 27 or 28, where clients may send 0 or 1, which mean the same
    /// (payments.md, trap 31). The record refers to these bytes, and to none of the caller, who may use its memory again.
    /// </summary>
    private static Memory<byte> ClaimableSignature(Memory<byte> entry, int length)
    {
        Memory<byte> signature = entry[^length..];
        if (signature.Span[^1] < 27)
        {
            signature.Span[^1] += 27;
        }

        return signature;
    }

    private CallId NewCall() => new(instance, Interlocked.Increment(ref _calls));

    private async ValueTask<SettleOutcome> AfterConflictAsync(Channel channel, CallId call, ChannelNonce nonce, TimeSpan unknownLimit)
    {
        try
        {
            Adopt(channel, await store.ReadAsync(channel.Key, CancellationToken.None));
        }
        catch (StoreUnavailableException)
        {
            return await DecideAsync(channel, call, unknownLimit);
        }

        return channel.Record is not { } record ? SettleOutcome.LostRace
            : record.Calls.Contains(call) ? SettleOutcome.Settled // our own write, repeated on the way, had won already
            : record.Nonce > nonce ? SettleOutcome.NonceMoved
            : SettleOutcome.LostRace;
    }

    /// <summary>
    /// Decides by reading. A "no" counts only after the record was rewritten with a new revision and unchanged content: a late write of ours
    /// must then lose (design, rule 7).
    /// </summary>
    private async ValueTask<SettleOutcome> DecideAsync(Channel channel, CallId call, TimeSpan limit)
    {
        long start = time.GetTimestamp();
        channel.InDoubt = true;
        for (TimeSpan pause = FirstPause; ; pause *= 2)
        {
            try
            {
                StoredRecord? stored = await store.ReadAsync(channel.Key, CancellationToken.None);
                Adopt(channel, stored);
                if (stored is not null && call != default && channel.Record!.Calls.Contains(call))
                {
                    channel.InDoubt = false;
                    return SettleOutcome.Settled;
                }

                if (await WriteAsync(channel, stored?.Revision ?? 0, channel.Record ?? Blank(channel.Id, channel.Chain!)) == CommitOutcome.Committed)
                {
                    return SettleOutcome.NotWritten;
                }
            }
            catch (StoreUnavailableException)
            {
                // Asked again below, until the limit.
            }

            if (time.GetElapsedTime(start) + pause >= limit)
            {
                return SettleOutcome.Unknown;
            }

            await Task.Delay(pause, time);
        }
    }

    /// <summary>A record that says nothing was paid: for a channel that begins anew, or to have a revision that a late write does not expect.</summary>
    private static ChannelRecord Blank(ChannelId id, ChannelChainState chain) => new()
    {
        Id = id,
        Nonce = chain.Nonce,
        Amount = UInt256.Zero,
        Signature = ReadOnlyMemory<byte>.Empty,
        Sender = chain.Reading.Sender,
        Signer = chain.Reading.Signer,
        Reading = chain.Reading,
    };

    /// <summary>Writes outside of a settle. Anything but success leaves the channel in doubt, so that its next call reads before it judges.</summary>
    private async ValueTask<CommitOutcome> WriteAsync(Channel channel, long expected, ChannelRecord record)
    {
        var value = new byte[ChannelRecordCodec.MaxLength];
        bool hasNewEntry = record.Sequence != (channel.Record?.Sequence ?? 0);
        var write = new RecordWrite(
            channel.Key,
            expected,
            value.AsMemory(0, ChannelRecordCodec.Write(record, value)),
            hasNewEntry ? record.Sequence : 0,
            hasNewEntry ? record.NewestEntry : default,
            hasNewEntry && channel.Record is { } previous ? previous.NewestEntry : default);
        channel.InDoubt = true;
        CommitResult result = await store.CommitAsync(new[] { write }, CancellationToken.None);
        if (result.Outcome == CommitOutcome.Committed)
        {
            channel.Adopt(record with { Revision = result.Revision });
            channel.InDoubt = false;
        }

        return result.Outcome;
    }
}
