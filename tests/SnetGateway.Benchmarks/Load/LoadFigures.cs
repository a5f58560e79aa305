namespace SnetGateway.Benchmarks.Load;

/// <summary>What one server reached: medians over the rounds.</summary>
internal sealed record LoadFigures(
    double CallsPerSecond, double CpuMicrosecondsPerCall, double P50Microseconds, double P99Microseconds, double ResidentMiB)
{
    public static LoadFigures Of(IReadOnlyCollection<PhaseResult> rounds) => new(
        Median(rounds, round => round.CallsPerSecond),
        Median(rounds, round => round.CpuMicrosecondsPerCall),
        Median(rounds, round => round.P50Microseconds),
        Median(rounds, round => round.P99Microseconds),
        Median(rounds, round => round.ResidentMiB));

    public static double Median<T>(IReadOnlyCollection<T> rounds, Func<T, double> figure)
    {
        double[] sorted = rounds.Select(figure).Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
