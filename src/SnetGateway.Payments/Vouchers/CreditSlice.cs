using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Vouchers;

/// <summary>The cogs of a nonce's signed total above one amount and up to another.</summary>
/// <param name="From">Not part of the slice.</param>
/// <param name="To">The last of it; above <paramref name="From"/>.</param>
public readonly record struct CreditSlice(UInt256 From, UInt256 To)
{
    public UInt256 Length => To.SaturatingSubtract(From);

    /// <summary>Whether it contains this cog.</summary>
    public bool Contains(UInt256 cog) => From < cog && cog <= To;

    /// <summary>What is left of it without another slice: none, one or two parts, in order.</summary>
    internal void WriteWithout(CreditSlice other, List<CreditSlice> rest)
    {
        if (other.To <= From || To <= other.From)
        {
            rest.Add(this);
            return;
        }

        if (From < other.From)
        {
            rest.Add(new CreditSlice(From, other.From));
        }

        if (other.To < To)
        {
            rest.Add(new CreditSlice(other.To, To));
        }
    }
}
