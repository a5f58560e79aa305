using System.Diagnostics.Metrics;
using SnetGateway.Gateway.PaidCalls;
using SnetGateway.Payments.Claims.Sending;

namespace SnetGateway.Gateway.Claims;

/// <summary>Counts the transactions that claim.</summary>
internal sealed class ClaimMetrics
{
    private readonly Counter<long> _transactions;
    private readonly Counter<long> _paid;
    private readonly Counter<double> _cogs;
    private readonly Counter<long> _gas;
    private readonly Counter<long> _refused;

    public ClaimMetrics(IMeterFactory meters)
    {
        Meter meter = meters.Create(PaidCallMetrics.MeterName);
        _transactions = meter.CreateCounter<long>(
            "snet_gateway.claims.transactions", "{transaction}", "Transactions of the gateway that claim, by what happened to them.");
        _paid = meter.CreateCounter<long>("snet_gateway.claims.paid", "{claim}", "Claims that are paid and final.");
        _cogs = meter.CreateCounter<double>("snet_gateway.claims.paid_cogs", "{cog}", "Cogs of claims that are paid and final.");
        _gas = meter.CreateCounter<long>("snet_gateway.claims.gas", "{gas}", "Gas of transactions that claim and are final.");
        _refused = meter.CreateCounter<long>("snet_gateway.claims.refused", "{channel}", "Channels whose claim the contract refuses.");
        foreach (string outcome in (string[])["sent", "replaced", "not_taken", "paid", "reverted", "foreign"])
        {
            Count(outcome, 0);
        }

        _paid.Add(0);
        _cogs.Add(0);
        _gas.Add(0);
        _refused.Add(0);
    }

    public void Sent() => Count("sent");

    public void Replaced() => Count("replaced");

    public void NotTaken() => Count("not_taken");

    public void Refused() => _refused.Add(1);

    public void Finished(BatchOutcome outcome)
    {
        Count(outcome.Kind switch { BatchEnd.Paid => "paid", BatchEnd.Reverted => "reverted", _ => "foreign" });
        _paid.Add(outcome.Claims);
        _cogs.Add(outcome.Cogs.ToDouble());
        _gas.Add((long)outcome.GasUsed);
    }

    private void Count(string outcome, int by = 1) => _transactions.Add(by, new KeyValuePair<string, object?>("outcome", outcome));
}
