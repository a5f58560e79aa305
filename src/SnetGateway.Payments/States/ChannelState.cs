using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.States;

/// <summary>The state of a channel as its parties get it (`ChannelStateReply`; docs/protocol/channel-state.md, 'Messages').</summary>
/// <param name="Nonce">The nonce to sign at.</param>
/// <param name="Signed">The newest signed total at that nonce; null while nothing was signed.</param>
/// <param name="Old">While a claim is in progress: the total of the earlier nonce, which the chain does not yet show as claimed.</param>
/// <param name="Credit">What is signed, not spent, and not held by a call that runs here; in cogs.</param>
/// <param name="Refusal">Set instead of all others: the text of the error.</param>
public readonly record struct ChannelState(ChannelNonce Nonce, SignedTotal? Signed, SignedTotal? Old, UInt256 Credit, string? Refusal)
{
    public static ChannelState Refused(string text) => new(default, null, null, default, text);
}
