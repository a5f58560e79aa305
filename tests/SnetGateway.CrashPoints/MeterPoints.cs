using System.Diagnostics.Metrics;

namespace SnetGateway.CrashPoints;

/// <summary>Points around the store: the gateway's own instruments are told on the thread that does the work.</summary>
internal static class MeterPoints
{
    private static readonly Dictionary<string, string> s_points = new()
    {
        ["snet_gateway.ledger.store.round_trips"] = "store-asked", // judged and not written
        ["snet_gateway.ledger.commit.duration"] = "store-answered", // durable, and nobody knows yet
        ["snet_gateway.ledger.batch.size"] = "batch-written",
        ["snet_gateway.paid_calls"] = "call-counted",
    };

    public static void Listen(CrashTrigger trigger)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (s_points.TryGetValue(instrument.Name, out string? point))
                {
                    listener.EnableMeasurementEvents(instrument, point);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, _, _, point) => trigger.Pass((string)point!));
        listener.SetMeasurementEventCallback<int>((_, _, _, point) => trigger.Pass((string)point!));
        listener.SetMeasurementEventCallback<double>((_, _, _, point) => trigger.Pass((string)point!));
        listener.Start();
    }
}
