using SnetGateway.Gateway.Health;

namespace SnetGateway.Gateway.Alerts;

/// <summary>The ledger cannot be written.</summary>
internal sealed class StoreAlerts(LedgerHealth ledger) : IAlertSource
{
    public IEnumerable<AlertProblem> Find(AlertOptions options) => ledger.IsWritable
        ? []
        : [new AlertProblem(AlertRule.StoreFailing, "", "The ledger cannot be written: calls with payment are refused.")];
}
