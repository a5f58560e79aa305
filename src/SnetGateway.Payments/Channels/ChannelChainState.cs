using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Channels;

/// <summary>The chain's side of a channel. Immutable, so that a call is checked against one consistent state.</summary>
/// <param name="Reading">The newest reading.</param>
/// <param name="Nonce">The newest nonce known: the reading's, or a later one from a claim that was seen since.</param>
/// <param name="Freshness">Whether the reading may still be used.</param>
/// <param name="KnownThrough">Set while not fresh: the time up to which no event of the channel was missed.</param>
/// <param name="Confirmed">How much of the value is confirmed.</param>
public sealed record ChannelChainState(
    ChannelReading Reading, ChannelNonce Nonce, ReadingFreshness Freshness, DateTimeOffset? KnownThrough, ConfirmedFunds Confirmed)
{
    /// <summary>
    /// The time for which this state is known to be right: the later of the reading's own and the cursor up to which logs are complete. The
    /// staleness bound counts from here (rule 12).
    /// </summary>
    public DateTimeOffset RightAt(ChainBlock? cursor)
    {
        DateTimeOffset through = KnownThrough ?? cursor?.SeenAt ?? DateTimeOffset.MinValue;
        return through > Reading.Block.SeenAt ? through : Reading.Block.SeenAt;
    }

    /// <summary>True while this state may be used without a read of the chain.</summary>
    internal bool IsWithin(TimeSpan stalenessBound, IChannelReader chain, TimeProvider time) =>
        time.GetUtcNow() - RightAt(chain.Cursor) <= stalenessBound;

    /// <summary>
    /// The head; before any endpoint has responded (startup while the chain is down) the newest block that was stored, which is at most the
    /// staleness bound old, because nothing is admitted beyond it.
    /// </summary>
    internal ulong NewestBlock(IChannelReader chain) => chain.Head?.Number ?? Math.Max(chain.Cursor?.Number ?? 0, Reading.Block.Number);

    /// <summary>
    /// True while the id may belong to other parties than the reading says: after a reorganisation, and for a reading of an earlier process
    /// or another replica from a block that was not final. Parties are certain from finality on (rule 13). Until the channel is read again,
    /// its known parties do not justify a refusal.
    /// </summary>
    internal bool MayBeOfOthers(IChannelReader chain, ulong finalityDepth) =>
        (Freshness == ReadingFreshness.FundsUnknown && Nonce == Reading.Nonce)
        || (Freshness is ReadingFreshness.Outdated or ReadingFreshness.Recorded
            && Reading.Block.Number + finalityDepth > NewestBlock(chain));
}

/// <summary>How far a reading may be used.</summary>
public enum ReadingFreshness
{
    /// <summary>No event of the channel since, as far as logs are complete.</summary>
    Fresh,

    /// <summary>
    /// Read by an earlier process, and no claim or reorganisation since: the logs were followed from there on. Checked against like a fresh
    /// one, and read again behind the calls, because a deposit or an extension before the restart may be missing.
    /// </summary>
    Recorded,

    /// <summary>
    /// There may have been an event (a gap in the logs): read again before a check; usable within the staleness bound if the chain cannot
    /// be read.
    /// </summary>
    Outdated,

    /// <summary>A claim or a reorganisation changed the funds to an unknown value: no amount is checked before a new reading.</summary>
    FundsUnknown,
}
