using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Channels;

/// <summary>
/// A payment as the client sent it, parsed and not yet checked: a signed permission to claim <see cref="Amount"/> cogs of this channel at
/// this nonce.
/// </summary>
/// <param name="Channel">`snet-payment-channel-id`.</param>
/// <param name="Nonce">`snet-payment-channel-nonce`.</param>
/// <param name="Amount">`snet-payment-channel-amount`: the total for this nonce in cogs, not the price of one call.</param>
/// <param name="Signature">`snet-payment-channel-signature-bin`: the bytes as sent, of any length.</param>
public readonly record struct ChannelPayment(ChannelId Channel, ChannelNonce Nonce, UInt256 Amount, ReadOnlyMemory<byte> Signature);
