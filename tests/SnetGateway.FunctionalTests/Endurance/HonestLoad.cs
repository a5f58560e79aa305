using System.Collections.Concurrent;
using SnetGateway.FunctionalTests.Replicas;

namespace SnetGateway.FunctionalTests.Endurance;

/// <summary>Honest consumers, each with a channel, that pay together at a fixed rate.</summary>
internal sealed class HonestLoad(IReadOnlyList<ReplicaConsumer> consumers)
{
    /// <summary>Runs for a time, or until the token is cancelled.</summary>
    /// <param name="callsPerSecond">Of all together; 0 is as many as they can, one after the other.</param>
    /// <param name="time">How long.</param>
    /// <param name="stop">Ends it earlier.</param>
    public async Task<HonestFigures> RunAsync(double callsPerSecond, TimeSpan time, CancellationToken stop = default)
    {
        var calls = new ConcurrentQueue<(TimeSpan Took, bool IsGranted)>();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        long start = TimeProvider.System.GetTimestamp();
        end.CancelAfter(time);
        await Task.WhenAll(consumers.Select(consumer =>
        {
            consumer.Interval = callsPerSecond > 0 ? TimeSpan.FromSeconds(consumers.Count / callsPerSecond) : TimeSpan.Zero;
            consumer.Paid = (took, isGranted) => calls.Enqueue((took, isGranted));
            return consumer.PayAsync(0, static () => { }, end.Token);
        }));
        return new HonestFigures([.. calls.OrderBy(call => call.Took)], TimeProvider.System.GetElapsedTime(start));
    }
}

/// <summary>What honest consumers saw.</summary>
/// <param name="Calls">All calls, the fastest first.</param>
/// <param name="Time">In which they were made.</param>
internal sealed record HonestFigures(IReadOnlyList<(TimeSpan Took, bool IsGranted)> Calls, TimeSpan Time)
{
    public double PerSecond => Calls.Count / Time.TotalSeconds;

    public double GrantedPercent => Calls.Count == 0 ? 0 : 100.0 * Calls.Count(call => call.IsGranted) / Calls.Count;

    public double P99Milliseconds => Calls.Count == 0 ? double.NaN : Calls[(int)(Calls.Count * 0.99)].Took.TotalMilliseconds;
}
