using System.Diagnostics.Metrics;
using SnetGateway.Gateway.PaidCalls;
using SnetGateway.Gateway.Logging;
using SnetGateway.Payments;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.PaymentCore;

/// <summary>Counts each payment event, and logs those that need attention.</summary>
internal sealed class PaymentEvents : IPaymentEvents
{
    private readonly ILogger _logger;
    private readonly LogThrottle _mismatches;
    private readonly LogThrottle _unwritten;
    private readonly Counter<long> _ledgerMismatches;
    private readonly Counter<long> _executionsWithoutGrant;
    private readonly Counter<long> _outcomesUnknown;
    private readonly Counter<long> _notWritten;
    private readonly Counter<long> _setAside;
    private readonly Counter<long> _notGivenBack;
    private readonly Counter<long> _claimsStarted;
    private readonly Counter<double> _lost;

    public PaymentEvents(IMeterFactory meters, ILogger<PaymentEvents> logger, TimeProvider time)
    {
        Meter meter = meters.Create(PaidCallMetrics.MeterName);
        _logger = logger;
        _mismatches = new LogThrottle(time);
        _unwritten = new LogThrottle(time);
        _ledgerMismatches = meter.CreateCounter<long>(
            "snet_gateway.ledger.mismatches", "{payment}", "Valid signatures or claims that this ledger has never seen.");
        _executionsWithoutGrant = meter.CreateCounter<long>(
            "snet_gateway.paid_calls.executions_without_grant", "{call}", "Calls that a service executed without a payment.");
        _outcomesUnknown = meter.CreateCounter<long>(
            "snet_gateway.ledger.outcomes_unknown", "{payment}", "Settles whose outcome reading could not resolve in time.");
        _notWritten = meter.CreateCounter<long>("snet_gateway.ledger.not_written", "{payment}", "Settles that the store refused.");
        _notGivenBack = meter.CreateCounter<long>(
            "snet_gateway.ledger.not_given_back", "{call}", "Calls with a metered price whose ceiling stays charged.");
        _claimsStarted = meter.CreateCounter<long>("snet_gateway.claims.started", "{claim}", "Claims that a payee has started.");
        _lost = meter.CreateCounter<double>(
            "snet_gateway.claims.lost", "{cog}", "Signed cogs that senders took back after the expiry, before they were claimed.");
        _lost.Add(0);
        _setAside = meter.CreateCounter<long>(
            "snet_gateway.ledger.set_aside", "{record}", "Records set aside because their id belongs to another channel now.");
        foreach (Counter<long> counter in (Counter<long>[])
            [_ledgerMismatches, _executionsWithoutGrant, _outcomesUnknown, _notWritten, _notGivenBack, _claimsStarted, _setAside])
        {
            counter.Add(0);
        }
    }

    public void LedgerMismatch(ChannelId channel, UInt256 known, UInt256 seen)
    {
        _ledgerMismatches.Add(1);
        if (_mismatches.TryTake(out long suppressed))
        {
            PaymentEventLog.LedgerMismatch(_logger, channel, known, seen, suppressed);
        }
    }

    public void ExecutedWithoutGrant(ChannelId channel) => _executionsWithoutGrant.Add(1);

    public void OutcomeUnknown(ChannelId channel)
    {
        _outcomesUnknown.Add(1);
        PaymentEventLog.OutcomeUnknown(_logger, channel);
    }

    public void NotWritten(ChannelId channel)
    {
        _notWritten.Add(1);
        if (_unwritten.TryTake(out long suppressed))
        {
            PaymentEventLog.NotWritten(_logger, channel, suppressed);
        }
    }

    public void NotGivenBack(ChannelId channel, UInt256 unused)
    {
        _notGivenBack.Add(1);
        if (_unwritten.TryTake(out long suppressed))
        {
            PaymentEventLog.NotGivenBack(_logger, channel, unused, suppressed);
        }
    }

    public void ClaimStarted(ChannelId channel, ChannelNonce nonce, UInt256 amount)
    {
        _claimsStarted.Add(1);
        PaymentEventLog.ClaimStarted(_logger, channel, nonce, amount);
    }

    public void FundsTakenBack(ChannelId channel, UInt256 lost)
    {
        _lost.Add(lost.ToDouble());
        PaymentEventLog.FundsTakenBack(_logger, channel, lost);
    }

    public void RecordSetAside(ChannelId channel, UInt256 amount)
    {
        _setAside.Add(1);
        PaymentEventLog.RecordSetAside(_logger, channel, amount);
    }

    public void FreeCallExecutedWithoutGrant(Address user) => _executionsWithoutGrant.Add(1);

    public void FreeCallOutcomeUnknown(Address user)
    {
        _outcomesUnknown.Add(1);
        PaymentEventLog.FreeCallOutcomeUnknown(_logger, user);
    }

    public void FreeCallNotWritten(Address user)
    {
        _notWritten.Add(1);
        if (_unwritten.TryTake(out long suppressed))
        {
            PaymentEventLog.FreeCallNotWritten(_logger, user, suppressed);
        }
    }
}
