using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Records;

/// <summary>
/// The last signature of an earlier nonce: what the provider may still claim, or has claimed without the chain being final about it. Kept
/// until it is (rule 8).
/// </summary>
/// <param name="Nonce">The nonce it was signed for.</param>
/// <param name="Amount">The signed total in cogs.</param>
/// <param name="Signature">65 bytes, v 27 or 28.</param>
/// <param name="ShownClaimedAtBlock">The block of the first reading that showed a later nonce; 0 while none did.</param>
public sealed record SignedTotal(ChannelNonce Nonce, UInt256 Amount, ReadOnlyMemory<byte> Signature, ulong ShownClaimedAtBlock);
