using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace SnetGateway.FunctionalTests.Infrastructure;

/// <summary>The outcome of every call that one gateway has counted, in order.</summary>
internal sealed class CallOutcomes : IDisposable
{
    private readonly ConcurrentQueue<string> _outcomes = new();
    private readonly MeterListener _listener;

    public CallOutcomes(GatewayHarness gateway)
    {
        IMeterFactory meters = gateway.Services.GetRequiredService<IMeterFactory>();
        _listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                // Other tests have gateways with meters of the same name.
                if (instrument.Meter.Scope == meters && instrument.Name == "snet_gateway.paid_calls")
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        _listener.SetMeasurementEventCallback<long>((_, count, tags, _) =>
        {
            foreach ((string key, object? value) in tags)
            {
                if (key == "outcome")
                {
                    _outcomes.Enqueue(count == 1 ? $"{value}" : $"{count} times {value}");
                }
            }
        });
        _listener.Start();
    }

    public IReadOnlyCollection<string> All => _outcomes;

    public void Dispose() => _listener.Dispose();
}
