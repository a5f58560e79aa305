using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Claims;

/// <summary>The answer to a request for claims.</summary>
/// <param name="Payments">What the contract pays; empty when refused.</param>
/// <param name="Refusal">The text of the error; null for none.</param>
public readonly record struct ClaimReply(IReadOnlyList<ClaimablePayment> Payments, string? Refusal)
{
    public static ClaimReply Refused(string text) => new([], text);
}

/// <summary>A signed total of one nonce of a channel.</summary>
/// <param name="Channel">The channel.</param>
/// <param name="Nonce">The nonce that was signed.</param>
/// <param name="Amount">The total in cogs.</param>
/// <param name="Signature">65 bytes, v 27 or 28, for the contract.</param>
/// <param name="Expiration">Block number from which the sender may take everything back.</param>
public readonly record struct ClaimablePayment(
    ChannelId Channel, ChannelNonce Nonce, UInt256 Amount, ReadOnlyMemory<byte> Signature, UInt256 Expiration);
