using SnetGateway.Gateway.ServiceMetadata;
using SnetGateway.Gateway.Validation;

namespace SnetGateway.Gateway.Alerts;

/// <summary>The metadata of an organisation names a payment address that the operator has not confirmed.</summary>
internal sealed class PayeeAlerts(HeldPayees held) : IAlertSource
{
    public IEnumerable<AlertProblem> Find(AlertOptions options) => held.Current.Select(one => new AlertProblem(
        AlertRule.PayeeHeld,
        ErrorList.Clean($"{one.Published.OrganizationId}/{one.Published.GroupName}"),
        $"The metadata pays {one.Published.Payee}, and {one.Confirmed} is confirmed."));
}
