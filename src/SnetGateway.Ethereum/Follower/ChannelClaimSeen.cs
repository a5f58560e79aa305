using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.Follower;

/// <summary>A claim of a known channel, as seen on the chain. After a reorganisation the same claim can be seen again.</summary>
/// <param name="Channel">The channel.</param>
/// <param name="NewNonce">Its nonce after the claim.</param>
/// <param name="ClaimAmount">Cogs that were paid out.</param>
/// <param name="PlannedAmount">Cogs in the signed payment that the contract verified.</param>
/// <param name="Block">The block of the claim.</param>
public sealed record ChannelClaimSeen(
    ChannelId Channel, ChannelNonce NewNonce, UInt256 ClaimAmount, UInt256 PlannedAmount, ChainBlock Block);
