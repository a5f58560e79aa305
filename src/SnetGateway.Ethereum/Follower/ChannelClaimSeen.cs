using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.Follower;

/// <summary>A claim of a known channel that the chain shows. After a reorganisation the same claim can be seen again.</summary>
/// <param name="Channel">The channel.</param>
/// <param name="NewNonce">Its nonce after the claim.</param>
/// <param name="ClaimAmount">Cogs that were taken.</param>
/// <param name="PlannedAmount">Cogs whose signature was shown to the contract.</param>
/// <param name="Block">The block of the claim.</param>
public sealed record ChannelClaimSeen(ChannelId Channel, ChannelNonce NewNonce, UInt256 ClaimAmount, UInt256 PlannedAmount, ChainBlock Block);
