using System.Diagnostics.Metrics;

namespace SnetGateway.Gateway.Limits;

/// <summary>Counts what the configured limits refuse.</summary>
internal sealed class LimitMetrics : IDisposable
{
    private readonly Meter _meter;
    private readonly Counter<long> _refused;

    public LimitMetrics(IMeterFactory meters)
    {
        _meter = meters.Create("SnetGateway");
        _refused = _meter.CreateCounter<long>(
            "snet_gateway.limits.refused", "{call}", "Calls that a configured limit refused.");
    }

    /// <summary>Shows a 0 for a limit.</summary>
    public void Begin(string limit) => _refused.Add(0, new KeyValuePair<string, object?>("limit", limit));

    /// <param name="limit">Its name in the configuration.</param>
    public void Refused(string limit)
    {
        if (_refused.Enabled)
        {
            _refused.Add(1, new KeyValuePair<string, object?>("limit", limit));
        }
    }

    public void Dispose() => _meter.Dispose();
}
