using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Channels;

/// <summary>
/// All that one gateway holds in memory of one payment channel: the chain's side, the ledger's side, and whose turn it is. Each side is one
/// reference to something immutable, so readers take no lock.
/// </summary>
public sealed class Channel
{
    private readonly Lock _writing = new();
    private volatile ChannelChainState? _chain;
    private volatile ChannelRecord? _record;
    private volatile PendingInvalidation? _unsavedNews;
    private volatile bool _inDoubt;
    private RecordWrite[]? _writes;

    /// <param name="id">The contract's number for it.</param>
    /// <param name="finalityDepth">Blocks after which its funds count as confirmed.</param>
    public Channel(ChannelId id, ulong finalityDepth = ConfirmedFunds.UsualDepth)
    {
        Id = id;
        FinalityDepth = finalityDepth;
        Key = new RecordKey(RecordKind.PaidChannel, id.Value.ToBigEndian());
    }

    public ChannelId Id { get; }

    /// <summary>The name of its record in the store.</summary>
    public RecordKey Key { get; }

    /// <summary>Blocks after which its funds count as confirmed.</summary>
    internal ulong FinalityDepth { get; }

    /// <summary>The chain's side. Null for a record whose chain was never read by this process and that carries no reading.</summary>
    public ChannelChainState? Chain => _chain;

    /// <summary>The ledger's side as last written or read. Null while nothing was ever paid.</summary>
    public ChannelRecord? Record => _record;

    /// <summary>Calls on this channel, one after the other.</summary>
    internal SlotQueue Slot { get; } = new();

    /// <summary>
    /// A write has not ended, or ended without an answer that reading could decide: the next call begins by deciding it (design, rule 7).
    /// </summary>
    internal bool InDoubt
    {
        get => _inDoubt;
        set => _inDoubt = value;
    }

    /// <summary>What the chain told of this channel and the ledger has not yet written down; null for nothing.</summary>
    internal PendingInvalidation? UnsavedInvalidation => _unsavedNews;

    /// <summary>Revision of the channel's news in the store; 0 before any.</summary>
    internal long InvalidationRevision { get; set; }

    /// <summary>Room for one write, for whoever has the turn: one settle after the other uses the same.</summary>
    internal RecordWrite[] TakeWrites() => Interlocked.Exchange(ref _writes, null) ?? new RecordWrite[1];

    /// <summary>Gives the room back, unless a store may still read from it.</summary>
    internal void ReturnWrites(RecordWrite[] writes)
    {
        writes[0] = default;
        _writes = writes;
    }

    /// <summary>
    /// Takes a fresh reading in. A reading at or after the block where an event was seen makes the channel fresh again; nonces only rise
    /// unless <paramref name="afterReorganisation"/>, or where the parties are others: those of a channel never change, so it is another one.
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
                // A reading that does not show a claim which was seen already comes from an endpoint that lags: the funds stay unknown.
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

    /// <summary>Says that a reading may be out of date. <paramref name="knownThrough"/>: up to when nothing was missed.</summary>
    public void MarkOutdated(DateTimeOffset knownThrough)
    {
        lock (_writing)
        {
            // What was missed first counts. A reading that an earlier process left is out of date without a moment of its own.
            if (_chain is { Freshness: not ReadingFreshness.FundsUnknown, KnownThrough: null } known)
            {
                _chain = known with { Freshness = ReadingFreshness.Outdated, KnownThrough = knownThrough };
            }
        }
    }

    /// <summary>Takes in a claim (or the sender's time-out) that raised the nonce to <paramref name="nonce"/>.</summary>
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

    /// <summary>Says that the block of the reading, or of a claim seen since, is no longer part of the chain.</summary>
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

    /// <summary>Takes in a newer state of the record. An older one (a late read) is left aside: revisions only rise.</summary>
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
                // What an earlier process read: good enough to go on with for a bounded time, to be read again as soon as the chain answers.
                _chain = new ChannelChainState(reading, reading.Nonce, ReadingFreshness.Outdated, null, ConfirmedFunds.FirstSeen(reading));
            }
        }
    }

    /// <summary>Says that these news are durable. Newer ones stay to be written.</summary>
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
    /// Takes in what an earlier process had heard from the chain after the reading that its record carries: the funds are not what that
    /// reading says.
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
                    Nonce = ChannelNonce.Max(invalidation.Nonce, known.Nonce), Freshness = ReadingFreshness.FundsUnknown, KnownThrough = invalidation.SeenAt,
                };
            }
        }
    }

    /// <summary>
    /// The nonce that payments must carry now: the chain's, or a later one to which the ledger already moved by starting a claim. A record of
    /// another channel that once had this id does not count.
    /// </summary>
    internal ChannelNonce CurrentNonce(ChannelChainState chain) => CurrentNonce(chain, RecordOf(chain));

    /// <inheritdoc cref="CurrentNonce(ChannelChainState)"/>
    internal static ChannelNonce CurrentNonce(ChannelChainState chain, ChannelRecord? record) =>
        record is null ? chain.Nonce : ChannelNonce.Max(chain.Nonce, record.Nonce);

    /// <summary>The record if it is of the channel that the chain shows under this id (design, rule 13).</summary>
    internal ChannelRecord? RecordOf(ChannelChainState chain) =>
        _record is { } record && record.Sender == chain.Reading.Sender && record.Signer == chain.Reading.Signer ? record : null;
}
