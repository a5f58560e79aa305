using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Claims.Planning;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Claims.Sending;

/// <summary>
/// Looks after the transactions of an outbox: ends those that are final, and sends the others until they are mined. Every transaction is
/// in the outbox before a node gets it.
/// </summary>
internal sealed class OpenBatches(
    OutboxStore outboxes, IClaimTransactions chain, BatchTransactions transactions, AcceptedClaims accepted, IChannelReader reader,
    IClaimEvents events)
{
    /// <summary>Blocks after which a transaction that was not mined is sent again: nodes forget.</summary>
    public const ulong RepeatBlocks = 5;

    /// <summary>Blocks after which it is sent with higher fees.</summary>
    public const ulong RaiseBlocks = 10;

    private (ulong Count, ulong Since)? _gap;

    /// <summary>Ends the transactions whose account nonces are used for good.</summary>
    public async ValueTask<ClaimOutbox> FinishAsync(ClaimOutbox outbox, ClaimAccount account, CancellationToken cancellationToken)
    {
        // The channels' events must have been followed as far, or claims that are paid would be planned again.
        ClaimBatch[] final = reader.Cursor is { } cursor && cursor.Number >= account.FinalBlock
            ? [.. outbox.Batches.TakeWhile(batch => batch.AccountNonce < account.FinalCount)]
            : [];
        if (final.Length == 0)
        {
            return outbox;
        }

        var outcomes = new List<BatchOutcome>();
        foreach (ClaimBatch batch in final)
        {
            outcomes.Add(await OutcomeOfAsync(batch, cancellationToken));
        }

        outbox = await outboxes.WriteAsync(outbox with { Batches = [.. outbox.Batches.Skip(final.Length)] });
        foreach ((ClaimBatch batch, BatchOutcome outcome) in final.Zip(outcomes))
        {
            transactions.Forget(batch);
            events.BatchFinished(outbox.Payee, batch, outcome);
        }

        return outbox;
    }

    /// <summary>Has the transactions mined that are not.</summary>
    public async ValueTask<ClaimOutbox> PushAsync(
        ClaimOutbox outbox, ClaimAccount account, ClaimRules rules, Func<ClaimEntry, ulong> blocksLeft, CancellationToken cancellationToken)
    {
        ClaimBatch[] pending = [.. outbox.Batches.Where(batch => batch.AccountNonce >= account.Count)];
        if (pending.Length == 0)
        {
            _gap = null;
            return outbox;
        }

        // One that waits holds up all behind it, so the most urgent of them decides what the first may cost.
        ulong limit = rules.MaxFeeOf(pending.SelectMany(batch => batch.Entries).Select(blocksLeft).Append(ulong.MaxValue).Min());
        outbox = await FillGapAsync(outbox, pending[0], account, limit, cancellationToken);
        foreach (ClaimBatch batch in pending)
        {
            bool isFirst = batch.AccountNonce == account.Count;
            outbox = await PushAsync(outbox, batch, account, rules, isFirst ? limit : 0, cancellationToken);
        }

        return outbox;
    }

    /// <summary>One transaction. A limit of 0: its fees are not raised.</summary>
    private async ValueTask<ClaimOutbox> PushAsync(
        ClaimOutbox outbox, ClaimBatch batch, ClaimAccount account, ClaimRules rules, ulong limit, CancellationToken cancellationToken)
    {
        IReadOnlyList<ContractClaim> claims = await transactions.ClaimsOfAsync(batch.Entries, cancellationToken);
        if (claims.Count < batch.Entries.Count || (limit > 0 && IsLate(batch.Newest, account)))
        {
            IReadOnlyList<ContractClaim> still = await accepted.SelectAsync(claims, account.Head, cancellationToken);
            if (still.Count < batch.Entries.Count)
            {
                // Claimed by others, or by this transaction itself a moment ago: its account nonce tells.
                account = await chain.ReadAccountAsync(outbox.Payee, cancellationToken);
                if (batch.AccountNonce < account.Count)
                {
                    return outbox;
                }

                ClaimBatch fewer = batch with
                {
                    Entries = [.. still.Select(claim => new ClaimEntry(claim.Channel, claim.Nonce, claim.Payable))],
                };
                TransactionFees fees = batch.Newest.Fees.Replaced(account, rules.MaxFeeOf(0));
                return await ReplaceAsync(outbox, fewer, still, fees, account, cancellationToken);
            }

            if (batch.Newest.Fees.Raised(account, limit) is { } raised)
            {
                return await ReplaceAsync(outbox, batch, still, raised, account, cancellationToken);
            }
        }

        return transactions.WasSentSince(batch, account.Head < RepeatBlocks ? 0 : account.Head - RepeatBlocks + 1)
            ? outbox
            : await RepeatAsync(outbox, batch, claims, account, cancellationToken);
    }

    /// <summary>Whether it should have been mined, or cannot be: the base fee is above all that it pays.</summary>
    private static bool IsLate(SentTransaction sent, ClaimAccount account) =>
        sent.AtBlock + RaiseBlocks <= account.Head || (sent.Fees.MaxFee < account.BaseFee && sent.AtBlock < account.Head);

    private async ValueTask<ClaimOutbox> ReplaceAsync(
        ClaimOutbox outbox, ClaimBatch batch, IReadOnlyList<ContractClaim> claims, TransactionFees fees, ClaimAccount account,
        CancellationToken cancellationToken)
    {
        SignedTransaction signed = await transactions.SignAsync(batch, fees, claims, cancellationToken);
        ClaimBatch next = batch.With(new SentTransaction(signed.Hash, fees, account.Head));
        outbox = await outboxes.WriteAsync(outbox.With(next));
        events.BatchReplaced(outbox.Payee, next);
        await transactions.SendAsync(next, signed, account.Head, cancellationToken);
        return outbox;
    }

    /// <summary>
    /// The same again. A signer that signs it differently each time makes another transaction, which is written down first.
    /// </summary>
    private async ValueTask<ClaimOutbox> RepeatAsync(
        ClaimOutbox outbox, ClaimBatch batch, IReadOnlyList<ContractClaim> claims, ClaimAccount account,
        CancellationToken cancellationToken)
    {
        SignedTransaction signed = await transactions.SignAsync(batch, batch.Newest.Fees, claims, cancellationToken);
        if (batch.Sent.All(sent => sent.Hash != signed.Hash))
        {
            batch = batch.With(batch.Newest with { Hash = signed.Hash });
            outbox = await outboxes.WriteAsync(outbox.With(batch));
        }

        await transactions.SendAsync(batch, signed, account.Head, cancellationToken);
        return outbox;
    }

    /// <summary>
    /// A transaction of the account that was not made here had an account nonce before ours, and a reorganisation has removed it. Nothing
    /// behind it is mined, so after some blocks an empty transaction takes its place.
    /// </summary>
    private async ValueTask<ClaimOutbox> FillGapAsync(
        ClaimOutbox outbox, ClaimBatch first, ClaimAccount account, ulong limit, CancellationToken cancellationToken)
    {
        if (first.AccountNonce == account.Count)
        {
            _gap = null;
            return outbox;
        }

        _gap = _gap is { } known && known.Count == account.Count ? known : (account.Count, account.Head);
        if (account.Head < _gap.Value.Since + RepeatBlocks || outbox.Batches.Count > ClaimOutbox.MaxBatches
            || TransactionFees.For(account, limit) is not { } fees)
        {
            return outbox;
        }

        var filler = new ClaimBatch(account.Count, [], BatchTransactions.EmptyGas, account.Head, []);
        _gap = null;
        return await ReplaceAsync(outbox, filler, [], fees, account, cancellationToken);
    }

    private async ValueTask<BatchOutcome> OutcomeOfAsync(ClaimBatch batch, CancellationToken cancellationToken)
    {
        foreach (SentTransaction sent in batch.Sent.Reverse())
        {
            if (await chain.FindReceiptAsync(sent.Hash, cancellationToken) is { } receipt)
            {
                return new BatchOutcome(
                    receipt.Succeeded ? BatchEnd.Paid : BatchEnd.Reverted, sent.Hash, receipt.GasUsed, receipt.Claims.Count,
                    receipt.Claims.Aggregate(UInt256.Zero, (sum, claim) => sum.SaturatingAdd(claim.Amount)));
            }
        }

        return new BatchOutcome(BatchEnd.OtherTransaction, null, 0, 0, UInt256.Zero);
    }
}
