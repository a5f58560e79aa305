using System.Diagnostics;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;
using SnetGateway.Payments.Vouchers;

namespace SnetGateway.Payments.Channels;

/// <summary>
/// One payment channel in the memory of one gateway: what the chain says, what the ledger says, and the slot for its calls. Each side is
/// one reference to an immutable object, so readers take no lock.
/// </summary>
public sealed class Channel
{
    /// <summary>Calls with vouchers that may run at the same time. A call that holds the channel alone takes the place of all.</summary>
    public const int Places = 64;

    private readonly Lock _writing = new();
    private volatile ChannelChainState? _chain;
    private volatile ChannelRecord? _record;
    private volatile PendingInvalidation? _unsavedNews;
    private volatile bool _inDoubt;
    private RecordWrite[]? _writes;
    private VoucherHolds? _vouchers;
    private SlotQueue? _voucherWriter;

    /// <param name="id">The contract's number for it.</param>
    /// <param name="finalityDepth">Blocks after which its funds count as confirmed.</param>
    public Channel(ChannelId id, ulong finalityDepth = ConfirmedFunds.UsualDepth)
    {
        Id = id;
        FinalityDepth = finalityDepth;
        Key = new RecordKey(RecordKind.PaidChannel, id.Value.ToBigEndian());
    }

    public ChannelId Id { get; }

    /// <summary>The key of its record in the store.</summary>
    public RecordKey Key { get; }

    /// <summary>Blocks after which its funds count as confirmed.</summary>
    internal ulong FinalityDepth { get; }

    /// <summary>The chain's side. Null for a record without a reading whose channel this process has not read yet.</summary>
    public ChannelChainState? Chain => _chain;

    /// <summary>The ledger's side, as last written or read. Null while nothing was paid.</summary>
    public ChannelRecord? Record => _record;

    /// <summary>Its slot, for one call at a time or for several with vouchers, and its queue.</summary>
    internal SlotQueue Slot { get; } = new();

    /// <summary>The calls with vouchers; null before the first.</summary>
    internal VoucherHolds? Vouchers => _vouchers;

    /// <summary>A write has not ended, or its outcome is unknown: the next call begins by resolving it (rule 7).</summary>
    internal bool InDoubt
    {
        get => _inDoubt;
        set => _inDoubt = value;
    }

    /// <summary>The newest claim or reorganisation of this channel that is not in the store yet; null for none.</summary>
    internal PendingInvalidation? UnsavedInvalidation => _unsavedNews;

    /// <summary>Revision of the stored invalidation; 0 before any.</summary>
    internal long InvalidationRevision { get; set; }

    /// <summary>Whether writes of this channel may overlap: it had calls with vouchers, or with a metered price.</summary>
    internal bool HasSeveralWriters => _vouchers is not null;

    /// <summary>The calls with vouchers.</summary>
    internal VoucherHolds GetVouchers() => LazyInitializer.EnsureInitialized(ref _vouchers);

    /// <summary>Their writes, one after the other: each is checked against the record that the one before left.</summary>
    internal SlotQueue GetVoucherWriter() => LazyInitializer.EnsureInitialized(ref _voucherWriter);

    /// <summary>Takes the slot, alone or beside other calls with vouchers. False when the queue is full or the wait timed out.</summary>
    internal ValueTask<bool> EnterAsync(bool isAlone, PaidCallOptions limits, TimeProvider time, CancellationToken cancellationToken) =>
        PaymentSpans.HasCall
            ? TraceEnterAsync(isAlone, limits, time, cancellationToken)
            : Slot.EnterAsync(limits.MaxWaitingPerChannel, limits.MaxWait, time, cancellationToken, Places, isAlone ? Places : 1);

    private async ValueTask<bool> TraceEnterAsync(
        bool isAlone, PaidCallOptions limits, TimeProvider time, CancellationToken cancellationToken)
    {
        using Activity? span = PaymentSpans.Start("queue");
        return await Slot.EnterAsync(
            limits.MaxWaitingPerChannel, limits.MaxWait, time, cancellationToken, Places, isAlone ? Places : 1);
    }

    /// <summary>Gives it back.</summary>
    internal void Leave(bool isAlone) => Slot.Release(Places, isAlone ? Places : 1);

    /// <summary>An array for one write, which one settle after the other reuses.</summary>
    internal RecordWrite[] TakeWrites() => Interlocked.Exchange(ref _writes, null) ?? new RecordWrite[1];

    /// <summary>Gives the array back, unless a store may still read from it.</summary>
    internal void ReturnWrites(RecordWrite[] writes)
    {
        if (writes.Length == 1)
        {
            writes[0] = default;
            _writes = writes;
        }
    }

    /// <summary>
    /// Takes a new reading in. A reading at or after the block of an event makes the channel fresh again. Nonces only rise, except after a
    /// reorganisation, or where the parties differ: those of a channel never change, so it is another channel.
    /// </summary>
    public void Apply(ChannelReading reading, bool afterReorganisation = false)
    {
        lock (_writing)
        {
            ChannelChainState? known = _chain;
            bool isNewer = known is null || reading.Block.Number >= known.Reading.Block.Number;
            if (known is null || afterReorganisation || (isNewer && !reading.HasPartiesOf(known.Reading)))
            {
                _chain = new ChannelChainState(reading, reading.Nonce, ReadingFreshness.Fresh, null, known is null
                    ? ConfirmedFunds.FirstSeen(reading)
                    : known.Confirmed.AfterReorganisation(known.Reading, reading, FinalityDepth));
            }
            else if (isNewer || known.Freshness == ReadingFreshness.FundsUnknown)
            {
                // A reading without a claim that was already seen comes from an endpoint that lags: the funds stay unknown.
                bool lags = reading.Nonce < known.Nonce;
                _chain = new ChannelChainState(
                    reading,
                    ChannelNonce.Max(reading.Nonce, known.Nonce),
                    lags ? ReadingFreshness.FundsUnknown : ReadingFreshness.Fresh,
                    lags ? known.KnownThrough : null,
                    known.Confirmed.After(known.Reading, reading, RecordOf(known), FinalityDepth));
            }
        }
    }

    /// <summary>Marks the reading as possibly stale. <paramref name="knownThrough"/>: the time up to which no event was missed.</summary>
    public void MarkOutdated(DateTimeOffset knownThrough)
    {
        lock (_writing)
        {
            // The earliest missed event counts. A reading of an earlier process is stale without a time.
            if (_chain is { Freshness: not ReadingFreshness.FundsUnknown, KnownThrough: null } known)
            {
                _chain = known with { Freshness = ReadingFreshness.Outdated, KnownThrough = knownThrough };
            }
        }
    }

    /// <summary>
    /// Takes in that the logs were followed without a gap from <paramref name="start"/> on, a block that is still part of the chain. A
    /// reading of an earlier process at or before that block then misses no claim: those before it are in the store.
    /// </summary>
    public void MarkFollowedFrom(ulong start)
    {
        lock (_writing)
        {
            if (_chain is { Freshness: ReadingFreshness.Outdated, KnownThrough: null } known && known.Reading.Block.Number <= start)
            {
                _chain = known with { Freshness = ReadingFreshness.Recorded };
            }
        }
    }

    /// <summary>Takes in a claim (or the sender's withdrawal after expiry) that raised the nonce to <paramref name="nonce"/>.</summary>
    public void MarkClaimed(ChannelNonce nonce, DateTimeOffset seenAt)
    {
        lock (_writing)
        {
            if (_chain is { } known && nonce > known.Nonce)
            {
                _chain = known with
                {
                    Nonce = nonce, Freshness = ReadingFreshness.FundsUnknown, KnownThrough = known.KnownThrough ?? seenAt,
                };
                _unsavedNews = new PendingInvalidation(nonce, seenAt);
            }
        }
    }

    /// <summary>Takes in that the block of the reading, or of a claim since, is no longer part of the chain.</summary>
    public void MarkReorganised(DateTimeOffset seenAt)
    {
        lock (_writing)
        {
            if (_chain is { } known)
            {
                _chain = known with
                {
                    Nonce = known.Reading.Nonce, Freshness = ReadingFreshness.FundsUnknown, KnownThrough = known.KnownThrough ?? seenAt,
                };
                _unsavedNews = new PendingInvalidation(known.Reading.Nonce, seenAt);
            }
        }
    }

    /// <summary>Takes in a newer state of the record. Revisions only rise: the result of a late read is ignored.</summary>
    internal void Adopt(ChannelRecord record)
    {
        lock (_writing)
        {
            if (_record is null || record.Revision > _record.Revision)
            {
                _record = record;
            }

            if (_chain is null && record.Reading is { } reading)
            {
                // Read by an earlier process: not used before the logs since were followed, or the channel was read again.
                _chain = new ChannelChainState(reading, reading.Nonce, ReadingFreshness.Outdated, null, ConfirmedFunds.FirstSeen(reading));
            }
        }
    }

    /// <summary>Takes in that this invalidation is durable. A newer one remains to be written.</summary>
    internal void InvalidationSaved(PendingInvalidation saved, long revision)
    {
        lock (_writing)
        {
            InvalidationRevision = revision;
            if (ReferenceEquals(_unsavedNews, saved))
            {
                _unsavedNews = null;
            }
        }
    }

    /// <summary>
    /// Takes in an invalidation that was stored after the reading of the record: the funds are no longer those of that reading.
    /// </summary>
    internal void Restore(PendingInvalidation invalidation, long revision)
    {
        lock (_writing)
        {
            InvalidationRevision = revision;
            if (_chain is { } known && (invalidation.Nonce > known.Nonce || invalidation.SeenAt > known.Reading.Block.SeenAt))
            {
                _chain = known with
                {
                    Nonce = ChannelNonce.Max(invalidation.Nonce, known.Nonce), Freshness = ReadingFreshness.FundsUnknown,
                    KnownThrough = invalidation.SeenAt,
                };
            }
        }
    }

    /// <summary>
    /// The nonce that payments must carry: the chain's, or a later one to which the ledger has moved for a claim. A record of an earlier
    /// channel with this id does not count.
    /// </summary>
    internal ChannelNonce CurrentNonce(ChannelChainState chain) => CurrentNonce(chain, RecordOf(chain));

    /// <inheritdoc cref="CurrentNonce(ChannelChainState)"/>
    internal static ChannelNonce CurrentNonce(ChannelChainState chain, ChannelRecord? record) =>
        record is null ? chain.Nonce : ChannelNonce.Max(chain.Nonce, record.Nonce);

    /// <summary>The record belongs to an earlier channel with this id.</summary>
    internal bool HasRecordOfOthers => _record is not null && RecordOf(_chain!) is null;

    /// <summary>The record, if it belongs to the channel that the chain has under this id (rule 13).</summary>
    internal ChannelRecord? RecordOf(ChannelChainState chain) =>
        _record is { } record && record.Sender == chain.Reading.Sender && record.Signer == chain.Reading.Signer ? record : null;
}
