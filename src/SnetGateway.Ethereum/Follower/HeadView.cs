using SnetGateway.Ethereum.JsonRpc;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.Follower;

/// <summary>Result of one successful read of the head.</summary>
/// <param name="Head">The newest block.</param>
/// <param name="NextChannelId">Number of channels at that block: ids from here on do not exist.</param>
/// <param name="Target">The block at which channels are read: the head, or the configured number of confirmations before it.</param>
/// <param name="Header">The head's header.</param>
/// <param name="Endpoint">The endpoint that has it.</param>
internal sealed record HeadView(
    ChainBlock Head, UInt256 NextChannelId, ChainBlock Target, BlockHeader Header, JsonRpcEndpoint Endpoint);
