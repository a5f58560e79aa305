using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.States;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Claims;

/// <summary>
/// Lists for the payee what can be claimed and what is being claimed, from memory, the channels that expire first in front. A list reads
/// all channels, so a payee gets a bounded number of them in a minute.
/// </summary>
public sealed class ClaimLists(
    ChannelBook book, ClaimAccess access, IChannelReader chainReader, TimeProvider time)
{
    /// <summary>Payments in one list: some 3.5 MB, within the 4 MiB that gRPC clients take.</summary>
    public const int MaxPayments = 16_000;

    /// <summary>Lists of one payee in a minute.</summary>
    public const int ListsPerMinute = 60;

    /// <summary>Channels in progress that are read from the chain for one list.</summary>
    private const int MaxReads = 500;

    private readonly CallerBudget<Address> _lists = new(time);

    /// <summary>What is signed at nonces that the chain does not show as claimed, and whose claim was not started.</summary>
    /// <param name="request">Signed by the payee over the block number.</param>
    /// <param name="currentBlock">The block number.</param>
    /// <param name="cancellationToken">Ends reads of the chain.</param>
    public async ValueTask<ClaimReply> UnclaimedAsync(ClaimRequest request, ulong currentBlock, CancellationToken cancellationToken)
    {
        byte[] message = ClaimMessages.ListUnclaimed(access.Escrow, currentBlock);
        (Address payee, string? refusal) = await CheckAsync(request, currentBlock, message, cancellationToken);
        if (refusal is not null)
        {
            return ClaimReply.Refused(refusal);
        }

        await chainReader.CatchUpAsync(cancellationToken);
        return Of(payee, UnclaimedOf);
    }

    /// <summary>
    /// Claims that were started and that the chain does not show: what a payee that lost an answer sends to the contract. A claim that a
    /// reorganisation undid is in progress again.
    /// </summary>
    /// <inheritdoc cref="UnclaimedAsync" path="/param"/>
    public async ValueTask<ClaimReply> InProgressAsync(ClaimRequest request, ulong currentBlock, CancellationToken cancellationToken)
    {
        byte[] message = ClaimMessages.ListInProgress(access.Escrow, currentBlock);
        (Address payee, string? refusal) = await CheckAsync(request, currentBlock, message, cancellationToken);
        if (refusal is not null)
        {
            return ClaimReply.Refused(refusal);
        }

        await chainReader.CatchUpAsync(cancellationToken);
        ClaimReply known = Of(payee, InProgressOf);
        if (known.Payments.Count == 0)
        {
            return known;
        }

        // One that the payee has just claimed must not be sent again, and its event may not have been followed yet.
        await chainReader.RefreshHeadAsync(cancellationToken);
        await Task.WhenAll(known.Payments.Select(payment => payment.Channel).Distinct().Take(MaxReads)
            .Select(id => chainReader.ReadChannelAsync(id, ReadPriority.KnownParty, cancellationToken).AsTask()));
        return Of(payee, InProgressOf);
    }

    private async ValueTask<(Address Payee, string? Refusal)> CheckAsync(
        ClaimRequest request, ulong currentBlock, byte[] message, CancellationToken cancellationToken)
    {
        (Address payee, string? refusal) = await access.CheckAsync(request, currentBlock, message, cancellationToken);
        return (payee, refusal ?? (_lists.TryTake(payee, ListsPerMinute) ? null : RequestBudgets.Refusal));
    }

    private ClaimReply Of(Address payee, Func<ChannelRecord, ChannelChainState, IEnumerable<ClaimablePayment>> select)
    {
        var payments = new List<ClaimablePayment>();
        foreach (Channel channel in book.All)
        {
            if (channel.Chain is { } chain && chain.Reading.Recipient == payee && channel.RecordOf(chain) is { } record)
            {
                payments.AddRange(select(record, chain));
            }
        }

        return new ClaimReply([.. payments
            .OrderBy(payment => payment.Expiration).ThenBy(payment => payment.Channel.Value).ThenBy(payment => payment.Nonce)
            .Take(MaxPayments)], null);
    }

    private static IEnumerable<ClaimablePayment> UnclaimedOf(ChannelRecord record, ChannelChainState chain) =>
        record.Amount.IsZero || record.Nonce < chain.Nonce ? [] : [PaymentOf(record, chain, record.Nonce, record.Amount, record.Signature)];

    private static IEnumerable<ClaimablePayment> InProgressOf(ChannelRecord record, ChannelChainState chain) => record.Earlier
        .Where(total => total.Nonce >= chain.Nonce)
        .Select(total => PaymentOf(record, chain, total.Nonce, total.Amount, total.Signature));

    private static ClaimablePayment PaymentOf(
        ChannelRecord record, ChannelChainState chain, ChannelNonce nonce, UInt256 amount, ReadOnlyMemory<byte> signature) =>
        new(record.Id, nonce, amount, signature, chain.Reading.Expiration);
}
