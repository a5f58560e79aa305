using System.Diagnostics;
using System.Diagnostics.Metrics;
using SnetGateway.Gateway.PaidCalls;

namespace SnetGateway.Gateway.Hooks;

/// <summary>Counts the events of each hook.</summary>
internal sealed class HookMetrics : IDisposable
{
    private readonly Meter _meter;
    private readonly Counter<long> _events;

    public HookMetrics(IMeterFactory meters, HookQueues queues)
    {
        _meter = meters.Create(PaidCallMetrics.MeterName);
        _events = _meter.CreateCounter<long>(
            "snet_gateway.hooks.events", "{event}", "Log events and alerts of a hook, in its deliveries and beyond.");
        foreach (string hook in queues.ByName.Keys)
        {
            Add(hook, "alert", 0);
            Add(hook, "sent", 0);
            Add(hook, "counted", 0);
        }
    }

    public void Delivered(string hook, HookBatch batch)
    {
        Add(hook, "alert", batch.Alerts.Count);
        Add(hook, "sent", batch.Events.Count);
        Add(hook, "counted", batch.NotSent.Values.Sum());
    }

    public void Dispose() => _meter.Dispose();

    private void Add(string hook, string outcome, long number) =>
        _events.Add(number, new TagList { { "hook", hook }, { "outcome", outcome } });
}
