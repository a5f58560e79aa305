namespace SnetGateway.Benchmarks.Growth;

/// <summary>One line of the report: a figure beside its bar.</summary>
/// <param name="What">What was measured.</param>
/// <param name="Figure">The figure, with its unit.</param>
/// <param name="Bar">The bar; empty where the figure is only shown.</param>
/// <param name="IsMissed">Whether the figure is outside the bar.</param>
internal sealed record GrowthFigure(string What, string Figure, string Bar, bool IsMissed)
{
    /// <summary>A figure without a bar.</summary>
    public static GrowthFigure Shown(string what, FormattableString figure) => new(what, FormattableString.Invariant(figure), "", false);

    public static GrowthFigure AtMost(string what, double value, double bar, string format, string unit = "") => new(
        what, Text(value, format, unit), "at most " + Text(bar, format, unit), value > bar);

    public static GrowthFigure AtLeast(string what, double value, double bar, string format, string unit = "") => new(
        what, Text(value, format, unit), "at least " + Text(bar, format, unit), value < bar);

    private static string Text(double value, string format, string unit) =>
        value.ToString(format, System.Globalization.CultureInfo.InvariantCulture) + unit;
}
