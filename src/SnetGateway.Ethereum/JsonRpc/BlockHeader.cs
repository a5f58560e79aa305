using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.JsonRpc;

/// <summary>The parts of a block that following a chain needs.</summary>
internal readonly record struct BlockHeader(ulong Number, Bytes32 Hash, Bytes32 ParentHash);
