using System.Globalization;
using System.Text;

namespace SnetGateway.Gateway.Dashboard;

/// <summary>One line, or the bars, of a chart.</summary>
/// <param name="Name">Its name in the legend.</param>
/// <param name="Style">The style's class: a, b or c.</param>
/// <param name="Values">Its value in each step; null for none.</param>
public sealed record ChartSeries(string Name, string Style, IReadOnlyList<double?> Values)
{
    internal const double Width = 600;
    internal const double Height = 120;

    /// <summary>The highest value; 0 where there is none.</summary>
    public double Max => Values.Max() ?? 0;

    /// <summary>The newest value; null where there is none.</summary>
    public double? Newest => Values.LastOrDefault(value => value is not null);

    /// <summary>The line as an SVG path, with gaps where there is no value.</summary>
    internal string Line(double top)
    {
        var path = new StringBuilder();
        bool isDrawing = false;
        for (int i = 0; i < Values.Count; i++)
        {
            if (Values[i] is not { } value)
            {
                isDrawing = false;
                continue;
            }

            double step = Width / Values.Count, y = Height - (value / top * Height);
            bool isAlone = !isDrawing && (i + 1 == Values.Count || Values[i + 1] is null);
            double x = isAlone ? i * step : (i + 0.5) * step;
            path.Append(CultureInfo.InvariantCulture, $"{(isDrawing ? 'L' : 'M')}{x:0.#} {y:0.#}");
            if (isAlone)
            {
                path.Append(CultureInfo.InvariantCulture, $"h{step:0.#}"); // a point would not be seen
            }

            isDrawing = true;
        }

        return path.ToString();
    }
}
