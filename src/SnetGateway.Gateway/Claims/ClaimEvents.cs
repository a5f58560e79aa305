using SnetGateway.Gateway.Logging;
using SnetGateway.Payments.Claims.Sending;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Claims;

/// <summary>Counts and logs what happens to the transactions that claim, and keeps how the newest have ended.</summary>
internal sealed class ClaimEvents(
    ClaimMetrics metrics, FinishedClaims finished, ILogger<ClaimEvents> logger, TimeProvider time) : IClaimEvents
{
    private const ulong WeiPerGwei = 1_000_000_000;

    private readonly LogThrottle _withoutEther = new(time);

    public void BatchSent(Address payee, ClaimBatch batch)
    {
        metrics.Sent();
        int claims = batch.Entries.Count;
        Bytes32 hash = batch.Newest.Hash;
        ClaimLog.TransactionSent(logger, batch.AccountNonce, payee, claims, hash);
    }

    public void BatchReplaced(Address payee, ClaimBatch batch)
    {
        metrics.Replaced();
        ulong gwei = batch.Newest.Fees.MaxFee / WeiPerGwei;
        int claims = batch.Entries.Count;
        Bytes32 hash = batch.Newest.Hash;
        ClaimLog.TransactionReplaced(logger, batch.AccountNonce, payee, gwei, claims, hash);
    }

    public void BatchRefused(Address payee, ClaimBatch batch, string reason)
    {
        metrics.NotTaken();
        string printable = PrintableText.Of(reason);
        ClaimLog.TransactionNotTaken(logger, batch.AccountNonce, payee, printable);
    }

    public void BatchFinished(Address payee, ClaimBatch batch, BatchOutcome outcome)
    {
        metrics.Finished(outcome);
        finished.Add(payee, batch, outcome);
        switch (outcome.Kind)
        {
            case BatchEnd.Paid:
                ClaimLog.ClaimsPaid(logger, batch.AccountNonce, payee, outcome.Claims, outcome.Cogs, outcome.GasUsed);
                break;
            case BatchEnd.Reverted:
                ClaimLog.TransactionReverted(logger, batch.AccountNonce, payee, outcome.GasUsed);
                break;
            default:
                ClaimLog.ForeignTransaction(logger, batch.AccountNonce, payee);
                break;
        }
    }

    public void ChannelRefused(ChannelId channel)
    {
        metrics.Refused();
        ClaimLog.ChannelRefused(logger, channel);
    }

    public void NotEnoughEther(Address payee, UInt256 balance, UInt256 needed)
    {
        if (_withoutEther.TryTake(out long suppressed))
        {
            ClaimLog.NotEnoughEther(logger, payee, balance, needed, suppressed);
        }
    }
}
