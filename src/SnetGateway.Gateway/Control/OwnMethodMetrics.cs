using System.Diagnostics;
using System.Diagnostics.Metrics;
using SnetGateway.Gateway.PaidCalls;

namespace SnetGateway.Gateway.Control;

/// <summary>Counts what the bounds of the gateway's own methods refused or closed.</summary>
internal sealed class OwnMethodMetrics : IDisposable
{
    private readonly Meter _meter;
    private readonly Counter<long> _closed;
    private readonly Counter<long> _limited;

    public OwnMethodMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(PaidCallMetrics.MeterName);
        _closed = _meter.CreateCounter<long>(
            "snet_gateway.own_streams.closed", "{stream}",
            "Streams of reflection, health and uploads that the gateway refused or closed by their bounds.");
        _limited = _meter.CreateCounter<long>(
            "snet_gateway.own_methods.limited", "{request}", "Requests of control methods whose caller had made too many.");
        foreach (string reason in (string[])["too_many", "not_read", "idle"])
        {
            _closed.Add(0, new TagList { { "reason", reason } });
        }
    }

    /// <param name="method">The path of one of the gateway's own methods.</param>
    public void Limited(string method)
    {
        if (_limited.Enabled)
        {
            _limited.Add(1, new TagList { { "method", method } });
        }
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
