using System.Globalization;

namespace SnetGateway.Benchmarks.Start;

/// <summary>What the median of starts is held to by <c>--check</c>; docs/performance.md has the same figure.</summary>
internal static class StartBar
{
    public static readonly TimeSpan Most = TimeSpan.FromSeconds(1.5);

    /// <summary>The line that names the missed bar, or null.</summary>
    public static string? Missed(string ledger, string chain, TimeSpan median) => median <= Most ? null : string.Create(
        CultureInfo.InvariantCulture,
        $"missed: start to ready, ledger {ledger}, chain {chain}: {median.TotalMilliseconds:0} ms, the bar is at most "
        + $"{Most.TotalMilliseconds:0} ms");
}
