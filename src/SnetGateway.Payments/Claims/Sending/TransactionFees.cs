namespace SnetGateway.Payments.Claims.Sending;

/// <summary>What a transaction offers for its gas (EIP-1559), in wei for a unit.</summary>
/// <param name="MaxFee">The most that is paid, with the base fee.</param>
/// <param name="Tip">The most that the block's producer gets of it.</param>
public readonly record struct TransactionFees(ulong MaxFee, ulong Tip)
{
    /// <summary>The fees of a new transaction: they hold while the base fee doubles, and never pass the limit.</summary>
    /// <returns>Null when the limit is below what blocks cost now.</returns>
    public static TransactionFees? For(ClaimAccount account, ulong limit) => account.GasPrice > limit
        ? null
        : new TransactionFees(Math.Min(limit, (2 * account.BaseFee) + account.Tip), account.Tip);

    /// <summary>
    /// The fees with which nodes take a transaction in place of this one: an eighth more of each at least, and what blocks cost now.
    /// </summary>
    /// <returns>Null when that is above the limit.</returns>
    public TransactionFees? Raised(ClaimAccount account, ulong limit)
    {
        ulong tip = Math.Max(account.Tip, EighthMore(Tip));
        ulong fee = Math.Max(Math.Min(limit, (2 * account.BaseFee) + tip), EighthMore(MaxFee));
        return fee > limit || tip > fee ? null : new TransactionFees(fee, tip);
    }

    /// <summary>As <see cref="Raised"/>, above the limit if need be: the transaction before must not be mined any more.</summary>
    public TransactionFees Replaced(ClaimAccount account, ulong limit)
    {
        ulong fee = Math.Max(Math.Min(limit, (2 * account.BaseFee) + account.Tip), EighthMore(MaxFee));
        return new TransactionFees(fee, Math.Min(fee, Math.Max(account.Tip, EighthMore(Tip))));
    }

    private static ulong EighthMore(ulong value) => value + (value / 8) + 1;
}
