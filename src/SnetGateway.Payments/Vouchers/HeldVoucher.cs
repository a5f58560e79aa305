using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Vouchers;

/// <summary>A voucher whose call was admitted here and has not ended.</summary>
/// <param name="Nonce">The nonce it was signed for.</param>
/// <param name="Own">Its slice: it ends at the signed total, and is the price long unless the call also uses credit.</param>
/// <param name="Need">What the call needs of the channel's credit, in cogs.</param>
public sealed record HeldVoucher(ChannelNonce Nonce, CreditSlice Own, UInt256 Need);
