using SnetGateway.Gateway.Admin;

namespace SnetGateway.Gateway.Dashboard;

/// <summary>The samples of a time, put together for a chart of at most 72 steps.</summary>
internal sealed class ChartBuckets
{
    /// <summary>The ranges that a page offers: the name, and the length of a step.</summary>
    public static readonly IReadOnlyList<ChartRange> Ranges =
    [
        new("10m", "10 minutes", 20, TimeSpan.FromSeconds(30)), new("1h", "1 hour", 60, TimeSpan.FromMinutes(1)),
        new("6h", "6 hours", 72, TimeSpan.FromMinutes(5)),
    ];

    private readonly Sample[][] _samples;

    public ChartBuckets(IReadOnlyList<Sample> samples, ChartRange range, DateTimeOffset now)
    {
        Ends = [.. Enumerable.Range(1, range.Steps).Select(step => now - ((range.Steps - step) * range.Step))];
        ILookup<int, Sample> byStep = samples.ToLookup(sample => (int)((now - sample.At) / range.Step));
        _samples = [.. Enumerable.Range(0, range.Steps).Select(step => byStep[range.Steps - 1 - step].ToArray())];
    }

    /// <summary>The ends of the steps.</summary>
    public IReadOnlyList<DateTimeOffset> Ends { get; }

    /// <summary>The range of a name; the hour where there is no such one.</summary>
    public static ChartRange RangeOf(string? name) => Ranges.FirstOrDefault(range => range.Name == name) ?? Ranges[1];

    /// <summary>What happened in each step; null where there is no sample.</summary>
    public IReadOnlyList<double?> Sum(Func<Sample, double> value) =>
        [.. _samples.Select(step => step.Length == 0 ? null : (double?)step.Sum(value))];

    /// <summary>The newest value of each step; null where there is no sample.</summary>
    public IReadOnlyList<double?> Last(Func<Sample, double> value) =>
        [.. _samples.Select(step => step.Length == 0 ? null : (double?)value(step[^1]))];
}

/// <summary>A range of time of a chart.</summary>
internal sealed record ChartRange(string Name, string Text, int Steps, TimeSpan Step);
