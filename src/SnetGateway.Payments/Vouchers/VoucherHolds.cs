using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Vouchers;

/// <summary>
/// The vouchers of one channel whose calls run in this gateway. Only in memory: after a crash none is held, and nothing was written.
/// </summary>
internal sealed class VoucherHolds
{
    private readonly Lock _lock = new();
    private HeldVoucher[] _held = [];

    /// <summary>The vouchers that are held for a nonce, without this one.</summary>
    public IReadOnlyList<HeldVoucher> Of(ChannelNonce nonce, HeldVoucher? without = null)
    {
        HeldVoucher[] held = Volatile.Read(ref _held);
        return Array.TrueForAll(held, one => one.Nonce == nonce && !ReferenceEquals(one, without))
            ? held
            : Array.FindAll(held, one => one.Nonce == nonce && !ReferenceEquals(one, without));
    }

    /// <summary>Holds a voucher, unless it cannot pay for the call beside those that are held.</summary>
    /// <param name="credit">The channel's credit.</param>
    /// <param name="authorized">Its authorized amount at this nonce, in cogs.</param>
    /// <param name="nonce">The voucher's nonce.</param>
    /// <param name="voucher">The signed total, in cogs.</param>
    /// <param name="price">What the call costs, in cogs.</param>
    public HeldVoucher? TryHold(ChannelCredit credit, UInt256 authorized, ChannelNonce nonce, UInt256 voucher, UInt256 price)
    {
        lock (_lock)
        {
            if (credit.Grant(authorized, voucher, price, Of(nonce), out CreditSlice own) is null)
            {
                return null;
            }

            var held = new HeldVoucher(nonce, own, price.SaturatingSubtract(own.Length));
            _held = [.. _held, held];
            return held;
        }
    }

    public void Remove(HeldVoucher held)
    {
        lock (_lock)
        {
            _held = Array.FindAll(_held, one => !ReferenceEquals(one, held));
        }
    }

    /// <summary>Whether a call runs that pays with this voucher, or with one whose slice contains its last cog.</summary>
    public bool IsHeld(ChannelNonce nonce, UInt256 voucher) => Of(nonce).Any(one => one.Own.Contains(voucher));
}
