using System.Buffers;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Settlement;

/// <summary>
/// Writes the records of channels. One durable, conditional write per paid call and nothing before it: after a crash no record is half
/// done, because nothing was written before it was final.
/// </summary>
/// <param name="store">Where the records are.</param>
/// <param name="time">The clock.</param>
/// <param name="instance">A number that no other process of this ledger has, for the ids of calls.</param>
public sealed class PaymentLedger(IRecordStore store, TimeProvider time, ulong instance)
{
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(20);

    private ulong _calls;

    /// <summary>Settles that were begun.</summary>
    public ulong Settles => Volatile.Read(ref _calls);

    /// <summary>
    /// The write of one paid call: if the channel's record is still the one that the amount was checked against, it then holds this
    /// amount, this signature and this call's id. The caller holds the channel's slot.
    /// </summary>
    /// <param name="reservation">The payment.</param>
    /// <param name="reading">The newest reading of the channel, of the parties that signed.</param>
    internal SettleWrite Prepare(ChannelReservation reservation, ChannelReading reading)
    {
        Channel channel = reservation.Channel;
        CallId call = NewCall();
        if (reservation is MeteredReservation metered)
        {
            metered.Settled = call;
        }

        return ToWrite(
            channel, reservation.CheckedRecord, NextRecord.After(reservation, reading, call, time.GetUtcNow()), call, reservation.Joined);
    }

    /// <summary>The write that ends a call with a metered price: only the channel's credit grows.</summary>
    /// <param name="reservation">The call, settled.</param>
    /// <param name="record">The channel's record now.</param>
    /// <param name="unused">What it did not use of its ceiling, in cogs.</param>
    internal SettleWrite PrepareGiveBack(MeteredReservation reservation, ChannelRecord record, UInt256 unused) => ToWrite(
        reservation.Channel, record, NextRecord.AfterGiveBack(record, reservation, unused, time.GetUtcNow()),
        reservation.Settled.GiveBack, null);

    /// <summary>
    /// The write that starts the claim of what a record holds. It takes no slot: of it and of a call that settles at the same time one
    /// finds the other's record.
    /// </summary>
    /// <param name="channel">The channel.</param>
    /// <param name="record">Its record now.</param>
    /// <param name="reading">The newest reading, of the record's parties.</param>
    internal SettleWrite PrepareClaim(Channel channel, ChannelRecord record, ChannelReading reading)
    {
        CallId call = NewCall();
        return ToWrite(channel, record, NextRecord.AfterClaim(record, reading, call, time.GetUtcNow()), call, null);
    }

    private static SettleWrite ToWrite(
        Channel channel, ChannelRecord? previous, ChannelRecord next, CallId call, RecordWrite? joins)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(ChannelRecordCodec.RoomFor(next));
        RecordWrite[] writes = joins is { } joined ? [default, joined] : channel.TakeWrites();
        writes[0] = new RecordWrite(
            channel.Key,
            previous?.Revision ?? 0,
            buffer.AsMemory(0, ChannelRecordCodec.Write(next, buffer)),
            next.Sequence,
            next.NewestEntry,
            previous?.NewestEntry ?? default);
        return new SettleWrite(channel, next, call, writes, buffer);
    }

    /// <summary>
    /// Commits it, once. Not async, nor is the next: each async method that waits for the store costs every call its state.
    /// </summary>
    internal ValueTask<CommitResult> CommitAsync(in SettleWrite write)
    {
        write.Channel.InDoubt = true; // until the outcome is known, also when the store throws
        return store.CommitAsync(write.Writes, CancellationToken.None);
    }

    /// <summary>Ends it by the store's result.</summary>
    /// <param name="write">What was committed.</param>
    /// <param name="result">What the store said.</param>
    /// <param name="unknownLimit">How long a missing response of the store is resolved by reading.</param>
    /// <returns>Null when it is durable; otherwise what the client gets.</returns>
    internal ValueTask<PaymentRefusal?> ConcludeAsync(in SettleWrite write, CommitResult result, TimeSpan unknownLimit)
    {
        Channel channel = write.Channel;
        channel.InDoubt = result.Outcome == CommitOutcome.Unknown;
        if (!channel.InDoubt)
        {
            // After an unknown outcome the store may still read from both.
            channel.ReturnWrites(write.Writes);
            ArrayPool<byte>.Shared.Return(write.Buffer);
        }

        switch (result.Outcome)
        {
            case CommitOutcome.Committed:
                write.Next.Revision = result.Revision;
                channel.Adopt(write.Next);
                return default;
            case CommitOutcome.NotWritten:
                return new(Refusals.NotRecorded());
            case CommitOutcome.Conflict:
                return ResolveConflictAsync(channel, write.Call, write.Next, unknownLimit);
            default:
                return ResolveDoubtAsync(channel, write.Call, write.Next.Sequence, unknownLimit);
        }
    }

    /// <summary>Reads the record again where another process may have moved it. False when the store does not respond.</summary>
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

    /// <summary>Reads the record again, also where no other process writes it. Throws <see cref="StoreUnavailableException"/>.</summary>
    internal async ValueTask ReadAsync(Channel channel, CancellationToken cancellationToken) =>
        Adopt(channel, await store.ReadAsync(channel.Key, cancellationToken));

    /// <summary>
    /// Resolves what an earlier call left in doubt, so that the next one is checked against the record that is really written.
    /// </summary>
    /// <returns>False when the outcome is still unknown at the limit.</returns>
    internal async ValueTask<bool> ClearDoubtAsync(Channel channel, TimeSpan limit) =>
        await ResolveDoubtAsync(channel, default, 0, limit) is not { Reason: RefusalReason.OutcomeUnknown };

    /// <summary>
    /// Sets aside a record whose parties are not the channel's: after a reorganisation an id can belong to other parties (rule 13). The
    /// journal keeps what it held.
    /// </summary>
    internal async ValueTask<bool> SetAsideAsync(Channel channel, ChannelChainState chain, ChannelRecord old) =>
        CommitOutcome.Committed == await WriteAsync(
            channel, old.Revision, NextRecord.SetAside(channel.Id, chain, old, NewCall(), time.GetUtcNow()), old);

    /// <summary>
    /// Writes down which claims the chain shows. Nothing depends on its success: if it is lost, the next attempt writes it.
    /// </summary>
    internal async ValueTask NoteClaimsAsync(Channel channel, ChannelRecord record, ChannelReading reading) =>
        await WriteAsync(channel, record.Revision, NextRecord.WithShownClaims(record, reading));

    private static void Adopt(Channel channel, StoredRecord? stored)
    {
        if (stored is not null)
        {
            channel.Adopt(ChannelRecordCodec.Read(stored));
        }
    }

    private CallId NewCall() => new(instance, Interlocked.Increment(ref _calls));

    private async ValueTask<PaymentRefusal?> ResolveConflictAsync(
        Channel channel, CallId call, ChannelRecord next, TimeSpan unknownLimit)
    {
        try
        {
            StoredRecord? stored = await store.ReadAsync(channel.Key, CancellationToken.None);
            Adopt(channel, stored);

            // A record that was deleted, or is older than what is known: it would conflict with every write. The next call writes it again.
            channel.InDoubt = channel.Record is { } known && (stored?.Revision ?? 0) < known.Revision;
        }
        catch (StoreUnavailableException)
        {
            return await ResolveDoubtAsync(channel, call, next.Sequence, unknownLimit);
        }

        return channel.Record is not { } record ? Refusals.Busy(channel.Id)
            : record.Calls.Contains(call) ? null // our own write, repeated on the way, had won already
            : record.Sequence >= next.Sequence + RecentCalls.Length ? Refusals.OutcomeUnknown() // it would not remember it any more
            : record.Nonce > next.Nonce ? Refusals.WrongNonce(channel.CurrentNonce(channel.Chain!), next.Nonce)
            : Refusals.Busy(channel.Id); // lost the race: another replica settled a copy of the payment
    }

    /// <summary>
    /// Resolves an unknown outcome by reading. A "no" counts only after the record was rewritten with a new revision and unchanged content:
    /// a late write of ours must then lose (rule 7). After eight more entries, which the record would remember instead, it stays unknown.
    /// </summary>
    private async ValueTask<PaymentRefusal?> ResolveDoubtAsync(Channel channel, CallId call, long sequence, TimeSpan limit)
    {
        long start = time.GetTimestamp();
        channel.InDoubt = true;
        for (TimeSpan pause = s_firstPause; ; pause *= 2)
        {
            try
            {
                StoredRecord? stored = await store.ReadAsync(channel.Key, CancellationToken.None);
                Adopt(channel, stored);
                if (stored is not null && call != default)
                {
                    bool isWritten = channel.Record!.Calls.Contains(call);
                    if (isWritten || channel.Record.Sequence >= sequence + RecentCalls.Length)
                    {
                        channel.InDoubt = false;
                        return isWritten ? null : Refusals.OutcomeUnknown();
                    }
                }

                ChannelRecord unchanged = channel.Record ?? NextRecord.Blank(channel.Id, channel.Chain!);
                if (await WriteAsync(channel, stored?.Revision ?? 0, unchanged) == CommitOutcome.Committed)
                {
                    return Refusals.NotRecorded();
                }
            }
            catch (StoreUnavailableException)
            {
                // Read again after the pause, until the limit.
            }

            if (time.GetElapsedTime(start) + pause >= limit)
            {
                return Refusals.OutcomeUnknown();
            }

            await Task.Delay(pause, time);
        }
    }

    /// <summary>
    /// Writes outside of a settle. Anything but success leaves the channel in doubt, so that its next call begins by reading.
    /// </summary>
    /// <param name="channel">Whose record.</param>
    /// <param name="expected">The revision that it replaces.</param>
    /// <param name="record">The new record.</param>
    /// <param name="before">
    /// The record before it where it has a new entry; null where only its revision is new. Not the channel's own: another replica's write
    /// may have arrived there since, and the journal would get that one's entry under an earlier number.
    /// </param>
    private async ValueTask<CommitOutcome> WriteAsync(Channel channel, long expected, ChannelRecord record, ChannelRecord? before = null)
    {
        byte[] value = new byte[ChannelRecordCodec.RoomFor(record)];
        var write = new RecordWrite(
            channel.Key,
            expected,
            value.AsMemory(0, ChannelRecordCodec.Write(record, value)),
            before is null ? 0 : record.Sequence,
            before is null ? default : record.NewestEntry,
            before?.NewestEntry ?? default);
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

/// <summary>The write of one paid call, or of what starts a claim, between <see cref="PaymentLedger.Prepare"/> and its result.</summary>
/// <param name="Channel">Whose slot is held.</param>
/// <param name="Next">The record after it.</param>
/// <param name="Call">The call's id.</param>
/// <param name="Writes">The channel's own array for one write, or one with the write that joins it.</param>
/// <param name="Buffer">The record's bytes, rented.</param>
internal readonly record struct SettleWrite(Channel Channel, ChannelRecord Next, CallId Call, RecordWrite[] Writes, byte[] Buffer);
