using System.Diagnostics;
using System.Diagnostics.Metrics;
using SnetGateway.Gateway.PaidCalls;

namespace SnetGateway.Gateway.Control;

/// <summary>Counts streams of the gateway's own methods that their bounds closed.</summary>
internal sealed class OwnStreamMetrics : IDisposable
{
    private readonly Meter _meter;
    private readonly Counter<long> _closed;

    public OwnStreamMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(PaidCallMetrics.MeterName);
        _closed = _meter.CreateCounter<long>(
            "snet_gateway.own_streams.closed", "{stream}",
            "Streams of reflection, health and uploads that the gateway closed by their bounds.");
    }

    /// <param name="reason">One of "too_many", "not_read" and "idle".</param>
    public void Closed(string reason)
    {
        if (_closed.Enabled)
        {
            _closed.Add(1, new TagList { { "reason", reason } });
        }
    }

    public void Dispose() => _meter.Dispose();
}
