using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Prepaid;

/// <summary>What a prepaid token says, after its signature and its expiry were checked.</summary>
/// <param name="Channel">The channel that pays.</param>
/// <param name="Nonce">The nonce at which the amount was signed.</param>
/// <param name="Amount">The total in cogs that was signed when the token was issued.</param>
/// <param name="User">Who requested it: a party of the channel.</param>
public sealed record PrepaidToken(ChannelId Channel, ChannelNonce Nonce, UInt256 Amount, Address User);
