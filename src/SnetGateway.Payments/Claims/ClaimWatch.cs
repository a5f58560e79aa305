using SnetGateway.Payments.Calls;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Claims;

/// <summary>Holds every claim that the chain shows to what this ledger knows of the channel (design, rule 9).</summary>
public sealed class ClaimWatch(ChannelBook book, IPaymentEvents events)
{
    /// <summary>Takes in one claim of a known channel.</summary>
    /// <param name="id">The channel.</param>
    /// <param name="newNonce">The nonce after the claim.</param>
    /// <param name="plannedAmount">The total in cogs whose signature was shown to the contract.</param>
    public void Seen(ChannelId id, ChannelNonce newNonce, UInt256 plannedAmount)
    {
        if (book.Find(id) is not { } channel || !newNonce.Value.TrySubtract(UInt256.One, out UInt256 claimed))
        {
            return;
        }

        var nonce = new ChannelNonce(claimed);
        UInt256 known = channel.Record is not { } record ? UInt256.Zero
            : record.Nonce == nonce ? record.Amount
            : record.Earlier.FirstOrDefault(total => total.Nonce == nonce)?.Amount ?? UInt256.Zero;
        if (plannedAmount > known)
        {
            events.LedgerMismatch(id, known, plannedAmount);
        }
    }
}
