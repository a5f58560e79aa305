using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Vouchers;

/// <summary>
/// What a payer has signed and not spent. Together with the prices of the granted calls it is always the authorized amount. Immutable.
/// </summary>
/// <remarks>
/// A voucher of total T for a price P pays with its own slice, the P cogs up to T. What lies between the authorized amount and that slice
/// becomes an open slice: a smaller voucher that comes later pays with it, and if none comes it is credit. So vouchers can be settled in
/// any order, and no cog pays twice: a voucher whose last cog is neither open nor above the authorized amount was spent. A voucher whose
/// slice is shorter than its price, because a smaller one was signed less than the price below it, takes the rest from the credit.
/// </remarks>
public sealed class ChannelCredit
{
    /// <summary>
    /// Open slices that are kept apart; of more, the lowest can no longer be paid with by its own voucher, but remains credit.
    /// </summary>
    public const int MaxOpen = 64;

    private readonly CreditSlice[] _open;

    internal ChannelCredit(UInt256 loose, CreditSlice[] open)
    {
        Loose = loose;
        _open = open;
    }

    public static ChannelCredit None { get; } = new(UInt256.Zero, []);

    /// <summary>Credit without a place in the signed total: of earlier nonces, given back, or of too many slices. In cogs.</summary>
    public UInt256 Loose { get; }

    /// <summary>The open slices of the record's nonce, in order, not touching each other.</summary>
    public ReadOnlySpan<CreditSlice> Open => _open;

    public bool IsNone => Loose.IsZero && _open.Length == 0;

    /// <summary>All of it, in cogs.</summary>
    public UInt256 Total
    {
        get
        {
            UInt256 total = Loose;
            foreach (CreditSlice slice in _open)
            {
                total = total.SaturatingAdd(slice.Length);
            }

            return total;
        }
    }

    /// <summary>After a claim: totals begin at zero again, so no slice has its place any more.</summary>
    public ChannelCredit AtNextNonce() => _open.Length == 0 ? this : new ChannelCredit(Total, []);

    /// <summary>With what a call did not use of its ceiling.</summary>
    public ChannelCredit With(UInt256 unused) => unused.IsZero ? this : new ChannelCredit(Loose.SaturatingAdd(unused), _open);

    /// <summary>What a new call may use: the credit that no admitted call pays with.</summary>
    public UInt256 Free(IReadOnlyList<HeldVoucher> held)
    {
        UInt256 free = Loose;
        foreach (CreditSlice slice in Without(_open, held))
        {
            free = free.SaturatingAdd(slice.Length);
        }

        return free.SaturatingSubtract(NeedOf(held));
    }

    /// <summary>The credit after a call was granted, or null when this voucher cannot pay for it.</summary>
    /// <param name="authorized">The authorized amount before, in cogs. Afterwards it is the higher of this and the voucher.</param>
    /// <param name="voucher">The signed total, in cogs.</param>
    /// <param name="price">What the call costs, in cogs; above 0.</param>
    /// <param name="others">The vouchers of other calls that were admitted: their slices and needs are not touched.</param>
    /// <param name="own">The voucher's slice; the rest of the price is taken from the credit.</param>
    public ChannelCredit? Grant(
        UInt256 authorized, UInt256 voucher, UInt256 price, IReadOnlyList<HeldVoucher> others, out CreditSlice own)
    {
        List<CreditSlice> open = [.. _open];
        if (voucher > authorized)
        {
            bool touches = open.Count > 0 && open[^1].To == authorized;
            UInt256 from = touches ? open[^1].From : authorized;
            open.RemoveRange(open.Count - (touches ? 1 : 0), touches ? 1 : 0);
            open.Add(new CreditSlice(from, voucher));
        }

        own = default;
        int place = open.FindIndex(slice => slice.Contains(voucher));
        if (place < 0)
        {
            return null; // it was spent
        }

        UInt256 low = voucher.SaturatingSubtract(price);
        low = open[place].From > low ? open[place].From : low;
        foreach (HeldVoucher other in others)
        {
            if (other.Own.Contains(voucher))
            {
                return null;
            }

            low = other.Own.To < voucher && other.Own.To > low ? other.Own.To : low;
        }

        own = new CreditSlice(low, voucher);
        Remove(open, own);
        return Take(open, price.SaturatingSubtract(own.Length), others);
    }

    /// <summary>The rest of a price, from the credit without a place first, then from the lowest open slices.</summary>
    private ChannelCredit? Take(List<CreditSlice> open, UInt256 need, IReadOnlyList<HeldVoucher> others)
    {
        UInt256 loose = Loose;
        if (!need.IsZero)
        {
            if (new ChannelCredit(Loose, [.. open]).Free(others) < need)
            {
                return null;
            }

            UInt256 taken = loose < need ? loose : need;
            loose = loose.SaturatingSubtract(taken);
            need = need.SaturatingSubtract(taken);
            foreach (CreditSlice slice in Without(open, others))
            {
                taken = slice.Length < need ? slice.Length : need;
                Remove(open, new CreditSlice(slice.From, slice.From.SaturatingAdd(taken)));
                need = need.SaturatingSubtract(taken);
            }
        }

        for (; open.Count > MaxOpen; open.RemoveAt(0))
        {
            loose = loose.SaturatingAdd(open[0].Length);
        }

        return loose.IsZero && open.Count == 0 ? None : new ChannelCredit(loose, [.. open]);
    }

    private static List<CreditSlice> Without(IReadOnlyList<CreditSlice> open, IReadOnlyList<HeldVoucher> held)
    {
        List<CreditSlice> rest = [.. open];
        foreach (HeldVoucher one in held)
        {
            Remove(rest, one.Own);
        }

        return rest;
    }

    private static void Remove(List<CreditSlice> slices, CreditSlice part)
    {
        if (part.Length.IsZero || !slices.Exists(slice => slice.From < part.To && part.From < slice.To))
        {
            return;
        }

        CreditSlice[] before = [.. slices];
        slices.Clear();
        foreach (CreditSlice slice in before)
        {
            slice.WriteWithout(part, slices);
        }
    }

    private static UInt256 NeedOf(IReadOnlyList<HeldVoucher> held)
    {
        UInt256 need = UInt256.Zero;
        foreach (HeldVoucher one in held)
        {
            need = need.SaturatingAdd(one.Need);
        }

        return need;
    }
}
