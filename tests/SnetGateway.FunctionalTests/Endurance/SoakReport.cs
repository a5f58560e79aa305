using System.Globalization;
using System.Text;

namespace SnetGateway.FunctionalTests.Endurance;

/// <summary>What a soak measured, beside the bars.</summary>
/// <param name="Time">Of the whole run.</param>
/// <param name="WarmUp">The beginning, whose figures are not used.</param>
/// <param name="Honest">The calls of all consumers.</param>
/// <param name="FullRate">Calls a second without a pause, measured before.</param>
/// <param name="Replicas">The samples of each replica that was not killed, in order.</param>
/// <param name="Streams">Streams that were open.</param>
/// <param name="Dropped">Those of them that ended.</param>
/// <param name="Reloads">Configurations put in force.</param>
/// <param name="Kills">Kills of the other replica.</param>
/// <param name="NewChannels">Channels that were opened and paid from.</param>
internal sealed record SoakReport(
    TimeSpan Time, TimeSpan WarmUp, HonestFigures Honest, double FullRate, IReadOnlyList<IReadOnlyList<ProcessFigures>> Replicas,
    int Streams, int Dropped, int Reloads, int Kills, int NewChannels)
{
    /// <summary>MiB in 10 minutes.</summary>
    private const double MaxSlope = 1;

    /// <summary>Descriptors or threads, between the medians of the first and of the last quarter.</summary>
    private const int MaxChange = 4;

    /// <summary>In less time the collector's own steps are larger than the bar.</summary>
    private static readonly TimeSpan s_longEnough = TimeSpan.FromMinutes(30);

    private static readonly CompositeFormat s_row = CompositeFormat.Parse("| {0} | {1} | {2} | {3} |");

    public bool IsWithinBars { get; private set; } = true;

    public void Write(Action<string> write)
    {
        write(string.Create(
            CultureInfo.InvariantCulture,
            $"{Time.TotalMinutes:0.#} minutes, {Honest.Calls.Count:N0} calls ({Honest.PerSecond:0} a second; at full load {FullRate:0}), "
            + $"{Honest.GrantedPercent:0.00} % granted, {Reloads} reloads, {Kills} kills, {NewChannels} new channels"));
        write(string.Empty);
        Row("figure", "today", "bar", "");
        write("|---|---|---|---|");
        Row("dropped streams", Text($"{Dropped} of {Streams}"), "0", Verdict(Dropped == 0));
        for (int i = 0; i < Replicas.Count; i++)
        {
            ProcessFigures[] samples = [.. Replicas[i].Where(IsAfterWarmUp)];
            bool isLongEnough = Time >= s_longEnough;
            double slope = Slope(samples);
            Row(
                $"replica {i + 1}: memory in 10 minutes", Text($"{slope:+0.00;-0.00} MiB ({samples[0].MiB:0} to {samples[^1].MiB:0})"),
                Text($"below {MaxSlope} MiB"), isLongEnough ? Verdict(slope < MaxSlope) : "too short to tell");
            Flat($"replica {i + 1}: file descriptors", samples, sample => sample.Files);
            Flat($"replica {i + 1}: threads", samples, sample => sample.Threads);
        }

        void Flat(string name, ProcessFigures[] samples, Func<ProcessFigures, int> of)
        {
            int quarter = samples.Length / 4;
            (int first, int last) = (Median(samples[..quarter].Select(of)), Median(samples[^quarter..].Select(of)));
            Row(name, Text($"{first} to {last}"), Text($"at most {MaxChange} more"), Verdict(last - first <= MaxChange));
        }

        void Row(string figure, string today, string bar, string verdict) =>
            write(string.Format(CultureInfo.InvariantCulture, s_row, figure, today, bar, verdict));
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static int Median(IEnumerable<int> values) => values.Order().ElementAt(values.Count() / 2);

    /// <summary>
    /// MiB in 10 minutes, by least squares through the lowest sample of each twelfth of the time: between them garbage waits for the
    /// collector.
    /// </summary>
    private static double Slope(ProcessFigures[] samples)
    {
        ProcessFigures[] lowest = [.. samples.Chunk(Math.Max(1, samples.Length / 12)).Select(some => some.MinBy(sample => sample.MiB)!)];
        double[] minutes = [.. lowest.Select(sample => TimeProvider.System.GetElapsedTime(samples[0].At, sample.At).TotalMinutes)];
        (double x, double y) = (minutes.Average(), lowest.Average(sample => sample.MiB));
        double square = minutes.Sum(minute => (minute - x) * (minute - x));
        return 10 * lowest.Zip(minutes, (sample, minute) => (minute - x) * (sample.MiB - y)).Sum() / square;
    }

    private bool IsAfterWarmUp(ProcessFigures sample) => TimeProvider.System.GetElapsedTime(Replicas[0][0].At, sample.At) >= WarmUp;

    private string Verdict(bool isWithin)
    {
        IsWithinBars &= isWithin;
        return isWithin ? "met" : "MISSED";
    }
}
