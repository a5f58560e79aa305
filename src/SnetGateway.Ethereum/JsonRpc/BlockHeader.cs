using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.JsonRpc;

/// <summary>What of a block is needed to follow a chain.</summary>
internal readonly record struct BlockHeader(ulong Number, Bytes32 Hash, Bytes32 ParentHash);
