using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.JsonRpc;

/// <summary>One log as a node returns it.</summary>
internal sealed record LogEntry(
    Address Source, IReadOnlyList<Bytes32> Topics, ReadOnlyMemory<byte> Data, ulong BlockNumber, Bytes32 BlockHash, ulong Index);
