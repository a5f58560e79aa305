using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Claims.Planning;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Claims.Sending;

/// <summary>
/// Makes a transaction of planned claims: what the contract accepts is started in the ledger, the transaction is written into the outbox,
/// and then sent. After a kill the next round continues from the ledger: a started claim is planned again.
/// </summary>
internal sealed class NewBatches(
    OutboxStore outboxes, IClaimTransactions chain, BatchTransactions transactions, AcceptedClaims accepted, ChannelBook book,
    ClaimWriter writer, IClaimEvents events)
{
    /// <summary>Part of the estimate that a transaction may need more, because the contract's state changes until it is mined.</summary>
    private const ulong GasMargin = 4;

    /// <summary>Sends the first of the planned claims, as many as fit into a transaction.</summary>
    /// <returns>The outbox after it.</returns>
    public async ValueTask<ClaimOutbox> SendAsync(
        ClaimOutbox outbox, IReadOnlyList<PlannedClaim> planned, ClaimAccount account, ClaimRules rules,
        CancellationToken cancellationToken)
    {
        // What may cost less than others do waits for its own transaction.
        ulong limit = planned.Max(one => rules.MaxFeeOf(one.BlocksLeft));
        if (TransactionFees.For(account, limit) is not { } fees || !CanPay(outbox.Payee, planned, fees, account, rules))
        {
            return outbox;
        }

        ContractClaim[] wanted = [.. planned.SelectMany(
            one => one.Totals.Select(total => ToClaim(one.Candidate.Channel, total))).Take(rules.BatchSize)];
        IReadOnlyList<ContractClaim> good = await accepted.SelectAsync(wanted, account.Head, cancellationToken);
        IReadOnlyList<ContractClaim> started = await StartAsync(outbox.Payee, good, cancellationToken);
        started = await accepted.SelectAsync(started, account.Head, cancellationToken);
        if (started.Count == 0 || await chain.EstimateGasAsync(outbox.Payee, started, cancellationToken) is not { } gas)
        {
            return outbox; // the next round sees what the contract refuses now
        }

        var batch = new ClaimBatch(
            outbox.NextAccountNonce(account),
            [.. started.Select(claim => new ClaimEntry(claim.Channel, claim.Nonce, claim.Payable))],
            gas + (gas / GasMargin), account.Head, []);
        SignedTransaction signed = await transactions.SignAsync(batch, fees, started, cancellationToken);
        batch = batch.With(new SentTransaction(signed.Hash, fees, account.Head));
        outbox = await outboxes.WriteAsync(outbox.With(batch) with { SweepFrom = SweptThrough(outbox, planned, wanted.Length) });
        events.BatchSent(outbox.Payee, batch);
        await transactions.SendAsync(batch, signed, account.Head, cancellationToken);
        return outbox;
    }

    private static ContractClaim ToClaim(ChannelId channel, ClaimTotal total) =>
        new(channel, total.Nonce, total.Signed, total.Payable, total.Signature);

    /// <summary>Where claiming everything continues: behind the channels of this transaction that are claimed for their age.</summary>
    private static ChannelId SweptThrough(ClaimOutbox outbox, IReadOnlyList<PlannedClaim> planned, int taken)
    {
        ChannelId through = outbox.SweepFrom;
        foreach (PlannedClaim one in planned)
        {
            taken -= one.Totals.Count;
            if (taken >= 0 && one.Reason == ClaimReason.Age && one.Candidate.Channel >= through)
            {
                through = new ChannelId(one.Candidate.Channel.Value.SaturatingAdd(UInt256.One));
            }
        }

        return through;
    }

    /// <summary>Starts the claims that are not started. Those that are accepted but cannot be started now are left out.</summary>
    private async ValueTask<IReadOnlyList<ContractClaim>> StartAsync(
        Address payee, IReadOnlyList<ContractClaim> claims, CancellationToken cancellationToken)
    {
        var started = new List<ContractClaim>();
        foreach (IGrouping<ChannelId, ContractClaim> ofChannel in claims.GroupBy(claim => claim.Channel))
        {
            if (book.Find(ofChannel.Key) is not { } channel)
            {
                continue;
            }

            ChannelNonce last = ofChannel.Last().Nonce;
            if (channel.Record?.Nonce == last)
            {
                await writer.StartAsync(channel, payee, last, cancellationToken);
            }

            // By the record: a payment may have raised the total, and another claimer may have been first.
            IEnumerable<ClaimTotal> totals = ClaimCandidate.Of(channel, payee)?.Totals ?? [];
            started.AddRange(totals.Where(total => total.IsStarted && total.Nonce <= last).Select(total => ToClaim(ofChannel.Key, total)));
        }

        return started;
    }

    private bool CanPay(
        Address payee, IReadOnlyList<PlannedClaim> planned, TransactionFees fees, ClaimAccount account, ClaimRules rules)
    {
        ulong claims = Math.Min((ulong)planned.Sum(one => one.Totals.Count), (ulong)rules.BatchSize);
        UInt256 needed = WeiOf((claims * ClaimPlan.GasPerClaim * (GasMargin + 1) / GasMargin) + BatchTransactions.EmptyGas, fees.MaxFee);
        if (account.Balance >= needed)
        {
            return true;
        }

        events.NotEnoughEther(payee, account.Balance, needed);
        return false;
    }

    private static UInt256 WeiOf(ulong gas, ulong fee)
    {
        UInt128 wei = (UInt128)gas * fee;
        return wei > ulong.MaxValue ? UInt256.Parse(wei.ToString(System.Globalization.CultureInfo.InvariantCulture)) : (ulong)wei;
    }
}
