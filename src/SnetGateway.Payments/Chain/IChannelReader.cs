using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Chain;

/// <summary>
/// The one way to the chain from a call. All of it is off the path of a known channel: reads share one global budget, two reads of one
/// channel at one head are one read, and channels of somebody else are remembered as such (design, rule 10).
/// </summary>
public interface IChannelReader
{
    /// <summary>The newest block known, from memory. Null until the first answer of an endpoint.</summary>
    ChainBlock? Head { get; }

    /// <summary>
    /// The block up to which the logs of known channels are complete; a channel read at or before it and not marked since is as fresh as it.
    /// Null until the follower has run once.
    /// </summary>
    ChainBlock? Cursor { get; }

    /// <summary>
    /// Reads one channel afresh. Puts what it found into the <c>ChannelBook</c> before it returns. Never throws but for cancellation:
    /// trouble is a <see cref="ChannelReadResult"/>.
    /// </summary>
    ValueTask<ChannelReadResult> ReadChannelAsync(ChannelId id, ReadPriority priority, CancellationToken cancellationToken);

    /// <summary>
    /// Waits for a head whose reading began after this call did, at most 250 ms later; outside the budget, and all who wait share one question.
    /// False when no endpoint answers.
    /// </summary>
    ValueTask<bool> RefreshHeadAsync(CancellationToken cancellationToken);
}

/// <summary>Whose half of the read budget a look may use.</summary>
public enum ReadPriority
{
    /// <summary>Nothing is known of who asks.</summary>
    Anonymous,

    /// <summary>The request is signed by the channel's known sender or signer.</summary>
    KnownParty,
}

/// <summary>What a look at the chain gave.</summary>
public enum ChannelReadResult
{
    /// <summary>The channel exists and is one of ours; the book holds the fresh reading.</summary>
    Found,

    /// <summary>The contract has no such channel.</summary>
    NotFound,

    /// <summary>The channel exists and pays somebody else; <c>ChannelBook.TryFindForeign</c> tells whom.</summary>
    Foreign,

    /// <summary>The budget is empty or too many calls wait: the answer is unknown, and must not become a refusal of the payment.</summary>
    NoBudget,

    /// <summary>No endpoint answered.</summary>
    Unreachable,
}
