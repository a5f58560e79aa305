using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Counters;

/// <summary>
/// Admits and writes uses of counters. Admission holds the amount in memory. A settle writes it: the first use that comes writes for all
/// that wait, in one conditional write, and the next ones wait for the write after it. Where another replica wrote first, the newest
/// record is read, and the uses that still fit are written by the next attempt.
/// </summary>
/// <param name="store">Where the records are.</param>
/// <param name="book">The counters in memory.</param>
/// <param name="time">The clock.</param>
/// <param name="options">How long an unknown outcome is resolved by reading.</param>
public sealed class CounterLedger(IRecordStore store, CounterBook book, TimeProvider time, LivePaidCallOptions options)
{
    /// <summary>Far beyond the number of calls that wait for one read or write, and beyond the time that it takes.</summary>
    private const int MaxWaiting = 100_000;

    private static readonly TimeSpan s_maxWait = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(20);

    private ulong _settles;

    /// <summary>Settles that were begun.</summary>
    public ulong Settles => Volatile.Read(ref _settles);

    /// <summary>
    /// The counter with this key, from memory; read from the store at its first use. Null when it cannot be read.
    /// </summary>
    public async ValueTask<Counter?> FindAsync(RecordKey key, CancellationToken cancellationToken)
    {
        Counter counter = book.GetOrAdd(key);
        return counter.IsLoaded || await RefreshAsync(counter, cancellationToken) ? counter : null;
    }

    /// <summary>The same, read again where another replica may have changed it.</summary>
    public async ValueTask<Counter?> FindFreshAsync(RecordKey key, CancellationToken cancellationToken)
    {
        Counter counter = book.GetOrAdd(key);
        return (counter.IsLoaded && !store.IsShared) || await RefreshAsync(counter, cancellationToken) ? counter : null;
    }

    /// <summary>
    /// Holds an amount of the counter for a call. Before the refusal, the record is read again where another replica may have changed it
    /// (rule 11).
    /// </summary>
    /// <param name="counter">The counter.</param>
    /// <param name="amount">How much. Zero fits always.</param>
    /// <param name="limit">The most that the counter may reach; null for the plan.</param>
    /// <param name="call">What is called.</param>
    /// <param name="cancellationToken">Ends the wait for a read.</param>
    /// <returns>What is held, or null and why.</returns>
    public async ValueTask<(CounterUse? Use, CounterOutcome Outcome)> HoldAsync(
        Counter counter, UInt256 amount, UInt256? limit, PaidCall call, CancellationToken cancellationToken)
    {
        if (counter.InDoubt && await ClearDoubtAsync(counter, call) is var cleared and not CounterOutcome.Done)
        {
            return (null, cleared);
        }

        if (!amount.IsZero && !counter.TryHold(amount, limit))
        {
            if (!store.IsShared)
            {
                return (null, CounterOutcome.Exceeded);
            }

            if (!await RefreshAsync(counter, cancellationToken))
            {
                return (null, CounterOutcome.NotWritten);
            }

            if (!counter.TryHold(amount, limit))
            {
                return (null, CounterOutcome.Exceeded);
            }
        }

        return (new CounterUse(counter, amount, limit, call), CounterOutcome.Done);
    }

    /// <summary>Writes a use durably. Called once for a use. Never throws.</summary>
    public ValueTask<CounterOutcome> SettleAsync(CounterUse use)
    {
        if (use.Amount.IsZero)
        {
            return new(CounterOutcome.Done); // a free method: nothing to write
        }

        Interlocked.Increment(ref _settles);
        Enqueue(use);
        return new(use.Outcome);
    }

    /// <summary>
    /// Raises what is planned, as a part of another record's conditional write. Waits for the write in progress, and uses that come
    /// by then wait for this one.
    /// </summary>
    /// <param name="counter">The counter.</param>
    /// <param name="amount">By how much.</param>
    /// <param name="most">The most that can have been bought before. A record with more is of an earlier channel, and begins anew.</param>
    /// <param name="method">What is called, for the journal.</param>
    /// <param name="settle">Makes the other write together with the given one. Not called if the counter cannot be written now.</param>
    /// <returns>Null when both are durable; otherwise why not. After <see cref="RefusalReason.Busy"/> either record has changed.</returns>
    internal async ValueTask<PaymentRefusal?> PurchaseAsync(
        Counter counter, UInt256 amount, UInt256 most, string method, Func<RecordWrite, ValueTask<PaymentRefusal?>> settle)
    {
        if (!await counter.Writer.EnterAsync(MaxWaiting, s_maxWait, time, CancellationToken.None))
        {
            return Refusals.NotRecorded();
        }

        try
        {
            if (counter is { InDoubt: true, Open: { } open } && !await ClearDoubtAsync(counter, open))
            {
                return Refusals.OutcomeUnknown();
            }

            CounterWrite write = counter.PreparePurchase(amount, most, method, time.GetUtcNow());
            PaymentRefusal? refusal = await settle(write.ToRecordWrite());
            if (refusal?.Reason == RefusalReason.OutcomeUnknown)
            {
                counter.LeaveInDoubt();
                return refusal;
            }

            if (refusal is null or { Reason: RefusalReason.Busy })
            {
                counter.IsLoaded = await RefreshAsync(counter, CancellationToken.None);
            }

            counter.Abandon(); // nothing is held for it, and the written record was read
            return refusal;
        }
        finally
        {
            counter.Writer.Release();
        }
    }

    /// <summary>
    /// Waits for a purchase in progress: the record that it is part of may already be known to be written, and the counter's not yet.
    /// </summary>
    internal async ValueTask AfterPurchaseAsync(Counter counter)
    {
        if (counter.Open is { IsPurchase: true } && await counter.Writer.EnterAsync(MaxWaiting, s_maxWait, time, CancellationToken.None))
        {
            counter.Writer.Release();
        }
    }

    /// <summary>
    /// Reads the record again. Calls that come while a read is in progress share the next one. False when the store cannot be read, or
    /// the record is damaged.
    /// </summary>
    internal async ValueTask<bool> RefreshAsync(Counter counter, CancellationToken cancellationToken)
    {
        long seen = counter.Reads;
        if (!await counter.Reader.EnterAsync(MaxWaiting, s_maxWait, time, cancellationToken))
        {
            return false;
        }

        bool isRead = counter.Reads > seen; // by a read that began after this call
        try
        {
            if (!isRead)
            {
                counter.Reads++;
                await ReadAsync(counter, cancellationToken);
                isRead = true;
            }
        }
        catch (Exception exception) when (exception is StoreUnavailableException or LedgerFormatException)
        {
            // The caller refuses.
        }
        finally
        {
            counter.Reads -= isRead ? 0 : 1;
            counter.Reader.Release();
        }

        return isRead;
    }

    /// <summary>Resolves what an earlier write left in doubt: as a use of nothing, which waits for the writer as the others do.</summary>
    private async ValueTask<CounterOutcome> ClearDoubtAsync(Counter counter, PaidCall call)
    {
        var nothing = new CounterUse(counter, UInt256.Zero, null, call);
        Enqueue(nothing);
        return await nothing.Outcome;
    }

    private void Enqueue(CounterUse use)
    {
        if (use.Counter.Enqueue(use))
        {
            _ = WriteWaitingAsync(use.Counter);
        }
    }

    /// <summary>Writes batches until no use waits. Never throws.</summary>
    private async Task WriteWaitingAsync(Counter counter)
    {
        do
        {
            List<CounterUse> batch = [];
            bool isWriter = false;
            try
            {
                isWriter = await counter.Writer.EnterAsync(MaxWaiting, s_maxWait, time, CancellationToken.None);
                batch = counter.TakeWaiting();
                Complete(batch, isWriter ? await WriteAsync(counter, batch) : GiveBack(batch, CounterOutcome.NotWritten));
            }
            catch (Exception)
            {
                // Not foreseen. The write is in doubt and its amounts stay held; the clients get no byte.
                counter.LeaveInDoubt();
                Complete(batch, CounterOutcome.Unknown);
            }
            finally
            {
                if (isWriter)
                {
                    counter.Writer.Release();
                }
            }
        }
        while (counter.ContinuesWriting());
    }

    /// <summary>Writes those uses of the batch that fit, and completes the others. The caller holds the writer's slot.</summary>
    private async ValueTask<CounterOutcome> WriteAsync(Counter counter, List<CounterUse> batch)
    {
        long start = time.GetTimestamp();
        if (counter is { InDoubt: true, Open: { } open } && !await ClearDoubtAsync(counter, open))
        {
            return GiveBack(batch, CounterOutcome.Unknown);
        }

        bool isFresh = !store.IsShared;
        var exceeded = new List<CounterUse>();
        while (true)
        {
            CounterWrite? write = counter.Prepare(batch, exceeded, time.GetUtcNow());
            if (exceeded.Count > 0 && !isFresh)
            {
                // More may have been bought at another replica.
                isFresh = await RefreshAsync(counter, CancellationToken.None);
                batch.AddRange(exceeded);
                exceeded.Clear();
                if (!isFresh)
                {
                    counter.Abandon();
                    return GiveBack(batch, CounterOutcome.NotWritten);
                }

                continue;
            }

            Complete(exceeded, GiveBack(exceeded, CounterOutcome.Exceeded));
            exceeded.Clear();
            if (write is null)
            {
                return CounterOutcome.Done;
            }

            CommitOutcome committed = await CommitAsync(counter, write);
            WriteFate fate = committed switch
            {
                CommitOutcome.Committed => WriteFate.Written,
                CommitOutcome.NotWritten => WriteFate.Lost,
                _ => await ResolveAsync(counter, write),
            };
            if (fate != WriteFate.Lost)
            {
                return fate == WriteFate.Written ? CounterOutcome.Done : CounterOutcome.Unknown;
            }

            counter.Abandon();
            if (committed != CommitOutcome.Conflict || time.GetElapsedTime(start) >= options.Current.UnknownOutcomeLimit)
            {
                return GiveBack(batch, CounterOutcome.NotWritten);
            }

            isFresh = true; // another replica wrote first, and its record was read
        }
    }

    /// <summary>Resolves what an earlier write left in doubt, whose clients got nothing. False when it is still unknown.</summary>
    private async ValueTask<bool> ClearDoubtAsync(Counter counter, CounterWrite open)
    {
        WriteFate fate = await ResolveAsync(counter, open);
        if (fate == WriteFate.Lost)
        {
            counter.GiveBack(open.Amount);
            counter.Abandon();
        }

        return fate != WriteFate.Unknown;
    }

    private async ValueTask<CommitOutcome> CommitAsync(Counter counter, CounterWrite write)
    {
        CommitResult result;
        try
        {
            result = await store.CommitAsync(new[] { write.ToRecordWrite() }, CancellationToken.None);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            return CommitOutcome.Unknown;
        }

        if (result.Outcome == CommitOutcome.Committed)
        {
            write.Next.Revision = result.Revision;
            counter.Adopt(write.Next);
            counter.Conclude(write);
        }

        return result.Outcome;
    }

    /// <summary>
    /// Determines by reading whether a write was done. A "no" counts only when the record has a later revision than the one that the write
    /// compares with, so that a late write of ours must lose; if no other replica wrote one, this does, with unchanged content (rule 7).
    /// </summary>
    private async ValueTask<WriteFate> ResolveAsync(Counter counter, CounterWrite write)
    {
        long start = time.GetTimestamp();
        for (TimeSpan pause = s_firstPause; ; pause *= 2)
        {
            try
            {
                if (await TryResolveAsync(counter, write) is { } fate)
                {
                    return fate;
                }
            }
            catch (StoreUnavailableException)
            {
                // Read again after the pause, until the limit.
            }
            catch (LedgerFormatException)
            {
                counter.LeaveInDoubt();
                return WriteFate.Unknown; // damaged, or of a newer version: no read will change it
            }

            if (time.GetElapsedTime(start) + pause >= options.Current.UnknownOutcomeLimit)
            {
                counter.LeaveInDoubt();
                return WriteFate.Unknown;
            }

            await Task.Delay(pause, time);
        }
    }

    /// <summary>One attempt. Null when it has to be repeated.</summary>
    private async ValueTask<WriteFate?> TryResolveAsync(Counter counter, CounterWrite write)
    {
        long revision = await ReadAsync(counter, CancellationToken.None);
        CounterRecord? known = counter.Record;
        if (known?.Writers.Contains(write.Id) == true)
        {
            counter.Conclude(write);
            return WriteFate.Written;
        }

        if (known is null || known.Revision != revision || revision <= write.Expected)
        {
            CounterRecord unchanged = known ?? new CounterRecord { Key = counter.Key };
            var again = new RecordWrite(counter.Key, revision, CounterRecordCodec.Write(unchanged));
            CommitResult result = await store.CommitAsync(new[] { again }, CancellationToken.None);
            if (result.Outcome != CommitOutcome.Committed)
            {
                return null;
            }

            counter.Adopt(unchanged with { Revision = result.Revision });
        }

        return WriteFate.Lost;
    }

    /// <summary>Reads the record and takes it in. Returns the revision in the store, 0 for no record.</summary>
    private async ValueTask<long> ReadAsync(Counter counter, CancellationToken cancellationToken)
    {
        StoredRecord? stored = await store.ReadAsync(counter.Key, cancellationToken);
        if (stored is not null)
        {
            counter.Adopt(CounterRecordCodec.Read(stored));
        }

        counter.IsLoaded = true;
        return stored?.Revision ?? 0;
    }

    private static CounterOutcome GiveBack(List<CounterUse> uses, CounterOutcome outcome)
    {
        foreach (CounterUse use in uses)
        {
            use.Counter.GiveBack(use.Amount);
        }

        return outcome;
    }

    private static void Complete(List<CounterUse> uses, CounterOutcome outcome)
    {
        foreach (CounterUse use in uses)
        {
            use.Complete(outcome);
        }
    }

    private enum WriteFate
    {
        Written,

        /// <summary>It wrote nothing, and cannot any more.</summary>
        Lost,

        Unknown,
    }
}
