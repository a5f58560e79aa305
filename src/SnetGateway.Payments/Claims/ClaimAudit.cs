using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Settlement;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Claims;

/// <summary>Compares every claim on chain with what this ledger knows of its channel (rule 9).</summary>
public sealed class ClaimAudit(ChannelBook book, PaymentLedger ledger, IPaymentEvents events)
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
        if (plannedAmount > KnownTotal(channel, nonce))
        {
            _ = AlertAsync(channel, nonce, plannedAmount);
        }
    }

    private static UInt256 KnownTotal(Channel channel, ChannelNonce nonce) =>
        channel.Record is not { } record ? UInt256.Zero
        : record.Nonce == nonce ? record.Amount
        : record.Earlier.FirstOrDefault(total => total.Nonce == nonce)?.Amount ?? UInt256.Zero;

    /// <summary>
    /// Another replica may have settled the claimed amount, so the record is read first. If it cannot be read, the alert is raised.
    /// </summary>
    private async Task AlertAsync(Channel channel, ChannelNonce nonce, UInt256 plannedAmount)
    {
        try
        {
            await ledger.RefreshAsync(channel, CancellationToken.None);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // The record is damaged or of a newer version, or the store failed: the alert is raised with what is known here.
        }

        UInt256 known = KnownTotal(channel, nonce);
        if (plannedAmount > known)
        {
            events.LedgerMismatch(channel.Id, known, plannedAmount);
        }
    }
}
