using System.Diagnostics.Metrics;

namespace SnetGateway.Gateway.Alerts;

/// <summary>What alerts show to monitoring systems. Measured from what the last evaluation left in memory.</summary>
internal sealed class AlertMetrics(IMeterFactory meters) : IDisposable
{
    private readonly Meter _meter = meters.Create("SnetGateway");

    public void Observe(Func<IReadOnlyList<Alert>> current) => _meter.CreateObservableGauge(
        "snet_gateway.alerts.firing",
        () => AlertRule.All.Select(rule => new Measurement<int>(
            current().Count(alert => alert.IsFiring && alert.Problem.Rule == rule),
            new KeyValuePair<string, object?>("alert", rule.Name))),
        "{alert}",
        "Alerts that fire, silenced ones included.");

    /// <param name="cogs">Cogs that are not claimed.</param>
    /// <param name="blocksToExpiry">Blocks until the first channel with some expires; null where there is none.</param>
    public void ObserveUnclaimed(Func<double> cogs, Func<double?> blocksToExpiry)
    {
        _meter.CreateObservableGauge(
            "snet_gateway.unclaimed", cogs, "{cog}", "Authorized cogs of all channels that are not claimed yet.");
        _meter.CreateObservableGauge(
            "snet_gateway.unclaimed.blocks_to_expiry",
            () => blocksToExpiry() is { } blocks ? [new Measurement<double>(blocks)] : (Measurement<double>[])[],
            "{block}",
            "Blocks until the first channel with unclaimed cogs expires.");
    }

    public void Dispose() => _meter.Dispose();
}
