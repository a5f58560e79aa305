using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Limits;

/// <summary>
/// A limit of a period that several replicas share. This one takes a part of what is left, by one conditional write, and its calls use the
/// part from memory: so all parts together never exceed the limit, and no key is written by every call (the exception to rule 2).
/// </summary>
/// <remarks>
/// A process that dies leaves its part taken until the period ends; the same holds for a write of unknown outcome. What calls give back is
/// used by later ones, or is returned to the store when none come.
/// </remarks>
public sealed class PartedLimit(IRecordStore store, RecordKey key, TimeProvider time)
{
    /// <summary>The period of a part that was never taken.</summary>
    public const long NoPeriod = long.MinValue;

    /// <summary>
    /// A part is an eighth of the rest: a few dozen writes for a whole limit, and little in a part when the limit nears its end.
    /// </summary>
    private const ulong Share = 8;

    private const int MaxConflicts = 1_000;
    private const int MaxWaiting = 100_000;

    private static readonly TimeSpan s_maxWait = TimeSpan.FromHours(1);

    /// <summary>Another replica may give back: a limit that is used up is looked at again after this time, not at each call.</summary>
    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly SlotQueue _taking = new();
    private (long Revision, PartRecord Record)? _stored;
    private volatile UsedUp? _usedUp;
    private long _period = NoPeriod;
    private UInt256 _left;
    private long _uses, _seenUses = -1;

    /// <summary>The newest period that calls have used.</summary>
    public long Period
    {
        get
        {
            lock (_lock)
            {
                return _period;
            }
        }
    }

    /// <summary>
    /// What all replicas together have taken in a period, used or not, by the store. Throws <see cref="StoreUnavailableException"/> or
    /// <see cref="LedgerFormatException"/>.
    /// </summary>
    public async ValueTask<UInt256> ReadTakenAsync(long period, CancellationToken cancellationToken) =>
        await store.ReadAsync(key, cancellationToken) is { } stored && PartRecord.Read(stored) is var record && record.Period == period
            ? record.Taken
            : UInt256.Zero;

    /// <summary>What of this replica's part no call of the period uses.</summary>
    public UInt256 LeftIn(long period)
    {
        lock (_lock)
        {
            return _period == period ? _left : UInt256.Zero;
        }
    }

    /// <summary>
    /// Takes an amount for a call, from memory or, where the part is used up, with a new part from the store. Never throws for the store's
    /// failures.
    /// </summary>
    /// <param name="request">What the call needs.</param>
    /// <param name="cancellationToken">Ends the wait for others that take a part.</param>
    public ValueTask<PartResult> TakeAsync(in PartRequest request, CancellationToken cancellationToken) =>
        TryTake(request, out PartResult taken) ? new ValueTask<PartResult>(taken) : TakePartAsync(request, cancellationToken);

    /// <summary>Gives back what a call took and did not use. Of an earlier period it is worth nothing.</summary>
    public void GiveBack(long period, UInt256 amount)
    {
        lock (_lock)
        {
            if (_period == period)
            {
                _left = _left.SaturatingAdd(amount);
            }
        }
    }

    /// <summary>Returns to the store what is left of the part, if no call used it since the last time, or in any case.</summary>
    /// <param name="always">For shutdown: also if calls use it.</param>
    public async ValueTask ReturnAsync(bool always)
    {
        bool isBusy = Interlocked.Exchange(ref _seenUses, Interlocked.Read(ref _uses)) != Interlocked.Read(ref _uses);
        if ((isBusy && !always) || !await _taking.EnterAsync(MaxWaiting, s_maxWait, time, CancellationToken.None))
        {
            return;
        }

        try
        {
            UInt256 part;
            long period;
            lock (_lock)
            {
                (part, period, _left) = (_left, _period, UInt256.Zero);
            }

            // First out of memory: whatever becomes of the write, no call uses it any more.
            for (int conflicts = 0; !part.IsZero && conflicts < MaxConflicts; conflicts++)
            {
                (long revision, PartRecord record) = await ReadAsync();
                if (record.Period != period
                    || await WriteAsync(revision, record with { Taken = record.Taken.SaturatingSubtract(part) }) != CommitOutcome.Conflict)
                {
                    return;
                }
            }
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // It stays taken until the period ends.
        }
        finally
        {
            _taking.Release();
        }
    }

    private bool TryTake(in PartRequest request, out PartResult taken)
    {
        lock (_lock)
        {
            bool has = _period >= request.Period && _period - request.Period <= request.MaxAhead && _left >= request.Amount;
            if (has)
            {
                _left = _left.SaturatingSubtract(request.Amount);
                _uses++;
            }

            taken = new PartResult(has ? PartOutcome.Taken : PartOutcome.UsedUp, _period);
            return has;
        }
    }

    private async ValueTask<PartResult> TakePartAsync(PartRequest request, CancellationToken cancellationToken)
    {
        if (IsUsedUp(request))
        {
            return new PartResult(PartOutcome.UsedUp);
        }

        if (!await _taking.EnterAsync(MaxWaiting, s_maxWait, time, cancellationToken))
        {
            return new PartResult(PartOutcome.Unavailable);
        }

        try
        {
            for (int conflicts = 0; conflicts < MaxConflicts; conflicts++)
            {
                // The call before may have taken enough for this one too.
                if (TryTake(request, out PartResult taken))
                {
                    return taken;
                }

                if (IsUsedUp(request))
                {
                    return new PartResult(PartOutcome.UsedUp);
                }

                if (await TryTakePartAsync(request) is CommitOutcome.NotWritten or CommitOutcome.Unknown)
                {
                    break;
                }
            }
        }
        catch (Exception exception) when (exception is StoreUnavailableException or LedgerFormatException)
        {
            // As below: the caller refuses.
        }
        finally
        {
            _taking.Release();
        }

        return new PartResult(PartOutcome.Unavailable);
    }

    /// <summary>One attempt, which ends with a part, with the knowledge that too little is left, or with a reason to try again.</summary>
    private async ValueTask<CommitOutcome> TryTakePartAsync(PartRequest request)
    {
        bool isFresh = _stored is null;
        (long revision, PartRecord record) = await ReadAsync();
        record = record.At(request.Period, request.MaxAhead);
        UInt256 here = LeftOf(record.Period);
        UInt256 needed = request.Amount.SaturatingSubtract(here), left = request.Limit.SaturatingSubtract(record.Taken);
        if (left < needed)
        {
            // Another replica may have returned a part since.
            if (!isFresh)
            {
                _stored = null;
            }
            else
            {
                _usedUp = new UsedUp(record.Period, request.Limit, left, time.GetTimestamp());
            }

            return CommitOutcome.Conflict;
        }

        UInt256 part = PartOf(needed, left, request);
        CommitOutcome outcome = await WriteAsync(revision, record with { Taken = record.Taken.SaturatingAdd(part) });
        if (outcome == CommitOutcome.Committed)
        {
            lock (_lock)
            {
                _left = (_period == record.Period ? _left : UInt256.Zero).SaturatingAdd(part);
                _period = record.Period;
            }
        }

        return outcome;
    }

    /// <summary>
    /// What the call needs, and as many further amounts of that size as fit into a share of the rest: so calls of one price use all of it.
    /// </summary>
    private static UInt256 PartOf(UInt256 needed, UInt256 left, in PartRequest request)
    {
        ulong rest = left.SaturatingSubtract(needed).ToUInt64Saturating(), amount = request.Amount.ToUInt64Saturating();
        ulong share = Math.Min(rest, Math.Max(rest / Share, request.LeastPart.ToUInt64Saturating()));
        return needed.SaturatingAdd(share / amount * amount);
    }

    private bool IsUsedUp(in PartRequest request) =>
        _usedUp is { } seen && seen.Period >= request.Period && seen.Period - request.Period <= request.MaxAhead
        && seen.Limit == request.Limit && seen.Left.SaturatingAdd(LeftOf(seen.Period)) < request.Amount
        && time.GetElapsedTime(seen.At) < s_rest;

    private UInt256 LeftOf(long period)
    {
        lock (_lock)
        {
            return _period == period ? _left : UInt256.Zero;
        }
    }

    private async ValueTask<(long Revision, PartRecord Record)> ReadAsync()
    {
        if (_stored is not { } known)
        {
            StoredRecord? stored = await store.ReadAsync(key, CancellationToken.None);
            known = stored is null ? (0, new PartRecord(NoPeriod, default)) : (stored.Revision, PartRecord.Read(stored));
            _stored = known;
        }

        return known;
    }

    private async ValueTask<CommitOutcome> WriteAsync(long revision, PartRecord record)
    {
        _stored = null;
        CommitResult result;
        try
        {
            result = await store.CommitAsync(new[] { new RecordWrite(key, revision, record.ToBytes()) }, CancellationToken.None);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            return CommitOutcome.Unknown;
        }

        if (result.Outcome == CommitOutcome.Committed)
        {
            _stored = (result.Revision, record);
        }

        return result.Outcome;
    }

    /// <summary>What the store was seen to have left, when that was too little.</summary>
    private sealed record UsedUp(long Period, UInt256 Limit, UInt256 Left, long At);
}
