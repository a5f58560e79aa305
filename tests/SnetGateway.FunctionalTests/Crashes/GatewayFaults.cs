using System.Globalization;
using SnetGateway.TestKit.Market;
using SnetGateway.TestKit.Processes;

namespace SnetGateway.FunctionalTests.Crashes;

/// <summary>
/// Kills and stops gateways under load: at a named point of a call, at any moment, and while they start. Counts what was done.
/// </summary>
/// <param name="random">Chooses.</param>
/// <param name="storePoints">The points around the store that its kind has; those around the service are always there.</param>
internal sealed class GatewayFaults(Random random, params string[] storePoints)
{
    private const string AnyMoment = "any moment";
    private const string Start = "start";
    private const int MostMillisecondsToAnyMoment = 20;
    private const int MostMillisecondsIntoAStart = 1_500;
    private const int MostPasses = 60;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly string[] _points =
        ["service-asked", "service-answered", "answer-begins", "answer-ended", "call-counted", "store-answered", .. storePoints];
    private readonly SortedDictionary<string, int> _kills = [];
    private readonly SortedDictionary<string, int> _stops = [];

    public int Kills => _kills.Values.Sum();

    public int Stops => _stops.Values.Sum();

    /// <summary>SIGKILL under load.</summary>
    public async Task KillAsync(GatewayProcess gateway)
    {
        string point = await ReachAsync(gateway, UnixSignal.Kill, () => gateway.Process.HasExited);
        await gateway.KillAsync();
        Count(_kills, point);
    }

    /// <summary>SIGSTOP under load: it stays stopped until it is sent <see cref="UnixSignal.Continue"/>.</summary>
    public async Task StopAsync(GatewayProcess gateway)
    {
        string point = await ReachAsync(gateway, UnixSignal.Stop, () => gateway.Process.IsStopped);
        gateway.Process.Send(UnixSignal.Stop);
        Count(_stops, point);
    }

    /// <summary>Now and then starts a killed gateway only to kill it in the middle of its start.</summary>
    public async Task StartInTheMiddleAsync(GatewayProcess gateway)
    {
        if (random.Next(5) > 0)
        {
            return;
        }

        Task start = gateway.StartAgainAsync();
        await MomentAsync(MostMillisecondsIntoAStart);
        await gateway.Process.KillAsync();
        try
        {
            await start;
        }
        catch (InvalidOperationException)
        {
            // It ended before it listened.
        }

        await gateway.KillAsync();
        Count(_kills, Start);
    }

    /// <summary>What was done where, as a line of a report.</summary>
    public override string ToString() => $"killed at: {Tell(_kills)}; stopped at: {Tell(_stops)}";

    private static string Tell(SortedDictionary<string, int> counts) =>
        string.Join(", ", counts.Select(point => $"{point.Key} {point.Value.ToString(CultureInfo.InvariantCulture)}"));

    private static void Count(SortedDictionary<string, int> counts, string point) => counts[point] = counts.GetValueOrDefault(point) + 1;

    /// <summary>
    /// Has a signal sent at a point and waits for its effect. Gives the point, or "any moment", at which the caller then sends it.
    /// </summary>
    private async Task<string> ReachAsync(GatewayProcess gateway, UnixSignal signal, Func<bool> hasActed)
    {
        // Points alone would always hit the same lines.
        string point = _points[random.Next(_points.Length)];
        if (random.Next(3) == 0)
        {
            await MomentAsync(MostMillisecondsToAnyMoment);
            return AnyMoment;
        }

        await gateway.CrashAtAsync(point, random.Next(1, MostPasses), signal);
        try
        {
            await Eventually.TrueAsync($"the gateway passes {point}", () => Task.FromResult(hasActed()), s_patience);
            return point;
        }
        catch (TimeoutException)
        {
            await gateway.CrashAtAsync("nowhere", 1, signal);
            return $"any moment, as nobody came by {point}";
        }
    }

    /// <summary>Not a wait for something: the moment itself is the choice.</summary>
    private Task MomentAsync(int mostMilliseconds) =>
        Task.Delay(TimeSpan.FromMilliseconds(random.NextDouble() * mostMilliseconds), TimeProvider.System);
}
