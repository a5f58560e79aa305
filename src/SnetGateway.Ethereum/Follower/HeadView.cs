using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.Follower;

/// <summary>What one look at the head of the chain gave.</summary>
/// <param name="Head">The newest block.</param>
/// <param name="NextChannelId">Number of channels at that block: an id from here on does not exist.</param>
/// <param name="Target">The block at which channels are read: the head, or so many confirmations before it.</param>
internal sealed record HeadView(ChainBlock Head, UInt256 NextChannelId, ChainBlock Target);
