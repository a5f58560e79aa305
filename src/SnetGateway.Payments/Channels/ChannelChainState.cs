using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Channels;

/// <summary>What is known of a channel's chain side at this moment. Never changed, only replaced, so a call judges one consistent picture.</summary>
/// <param name="Reading">The newest reading.</param>
/// <param name="Nonce">The newest nonce known: the reading's, or a later one from a claim that was seen since.</param>
/// <param name="Freshness">Whether the reading may still be judged by.</param>
/// <param name="KnownThrough">Set while not fresh: the moment up to which nothing that happened to the channel was missed.</param>
/// <param name="Confirmed">How much of the reading's value is old enough not to be undone.</param>
public sealed record ChannelChainState(
    ChannelReading Reading, ChannelNonce Nonce, ReadingFreshness Freshness, DateTimeOffset? KnownThrough, ConfirmedFunds Confirmed)
{
    /// <summary>
    /// The moment that this picture is known to be right for: the later of the channel's own reading and the cursor up to which logs are
    /// complete. How long a gateway goes on without a chain is counted from here (design, rule 12).
    /// </summary>
    public DateTimeOffset RightAt(ChainBlock? cursor)
    {
        DateTimeOffset through = KnownThrough ?? cursor?.SeenAt ?? DateTimeOffset.MinValue;
        return through > Reading.Block.SeenAt ? through : Reading.Block.SeenAt;
    }

    /// <summary>True while a gateway may go on by this picture, whether or not the chain can be read.</summary>
    internal bool IsWithin(TimeSpan stalenessBound, IChannelReader chain, TimeProvider time) =>
        time.GetUtcNow() - RightAt(chain.Cursor) <= stalenessBound;

    /// <summary>
    /// The head, or before an endpoint has answered (a start while the chain is down) the newest block that was written down. It is older
    /// than the chain by no more than the staleness bound, beyond which nothing is admitted.
    /// </summary>
    internal ulong NewestBlock(IChannelReader chain) => chain.Head?.Number ?? Math.Max(chain.Cursor?.Number ?? 0, Reading.Block.Number);

    /// <summary>
    /// True while the id may be of other parties than the reading's: after a reorganisation, and by a reading of an earlier process or another
    /// replica on blocks that could still have been undone without this gateway ever having followed them. Parties hold from finality on
    /// (design, rule 13). Until it is read again, nothing known of its parties refuses anybody.
    /// </summary>
    internal bool MayBeOfOthers(IChannelReader chain, ulong finalityDepth) =>
        (Freshness == ReadingFreshness.FundsUnknown && Nonce == Reading.Nonce)
        || (Freshness == ReadingFreshness.Outdated && Reading.Block.Number + finalityDepth > NewestBlock(chain));
}

/// <summary>How far a reading may be trusted.</summary>
public enum ReadingFreshness
{
    /// <summary>Nothing happened to the channel since, as far as the logs are complete.</summary>
    Fresh,

    /// <summary>Something may have happened (a gap in the logs, an event): read again before judging; usable within the bound if the chain cannot be read.</summary>
    Outdated,

    /// <summary>A claim or a reorganisation changed the funds to an amount not known here: no amount is judged before a new reading.</summary>
    FundsUnknown,
}
