using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Chain;

/// <summary>
/// Reads the chain for a call. A channel that is known and fresh needs no read of it. All reads share one budget, two reads of one
/// channel at one head are one read, and channels that pay another recipient are remembered as such (rule 10).
/// </summary>
public interface IChannelReader
{
    /// <summary>The newest block known, from memory. Null until an endpoint has responded for the first time.</summary>
    ChainBlock? Head { get; }

    /// <summary>
    /// The block up to which the logs of known channels are complete; a channel read at or before it and not marked since is as fresh as
    /// it. Null until the follower has run once.
    /// </summary>
    ChainBlock? Cursor { get; }

    /// <summary>
    /// Reads one channel from the chain and puts the reading into the <c>ChannelBook</c> before it returns. Throws only when cancelled;
    /// every failure is a <see cref="ChannelReadResult"/>.
    /// </summary>
    ValueTask<ChannelReadResult> ReadChannelAsync(ChannelId id, ReadPriority priority, CancellationToken cancellationToken);

    /// <summary>
    /// Has the channel read again in the background, when the budget has a read to spare. Never waits; may be called at each use.
    /// </summary>
    void ReadLater(ChannelId id);

    /// <summary>
    /// Call it before a payment or a channel's state is checked from memory. An idle gateway follows the chain rarely: then this waits
    /// until it was followed once more, two seconds at most. While calls flow it is completed. Throws only when cancelled.
    /// </summary>
    ValueTask CatchUpAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Waits for a head whose read began after this call, at most 250 ms later. Not part of the budget; all callers that wait share one
    /// request. False when no endpoint responds.
    /// </summary>
    ValueTask<bool> RefreshHeadAsync(CancellationToken cancellationToken);
}

/// <summary>Which half of the read budget a read may use.</summary>
public enum ReadPriority
{
    /// <summary>Nothing is known of the caller.</summary>
    Anonymous,

    /// <summary>The request is signed by the channel's known sender or signer.</summary>
    KnownParty,
}

/// <summary>What a read of the chain found.</summary>
public enum ChannelReadResult
{
    /// <summary>The channel exists and pays one of the groups; the book holds the new reading.</summary>
    Found,

    /// <summary>The contract has no such channel.</summary>
    NotFound,

    /// <summary>The channel exists and pays another recipient or group; <c>ChannelBook.TryFindForeign</c> returns its reading.</summary>
    Foreign,

    /// <summary>The budget is used up, or too many calls wait: nothing is known, and the payment must not be refused for it.</summary>
    NoBudget,

    /// <summary>No endpoint responded.</summary>
    Unreachable,
}
