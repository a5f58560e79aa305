using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Chain;

/// <summary>A block, and when this gateway (or the one that wrote it down) learned of it.</summary>
/// <param name="Number">Block number.</param>
/// <param name="Hash">Block hash: two blocks of one number and different hashes are a reorganisation, not a delay.</param>
/// <param name="SeenAt">Wall clock of the reader. Staleness is counted from here, across restarts too.</param>
public readonly record struct ChainBlock(ulong Number, Bytes32 Hash, DateTimeOffset SeenAt);
