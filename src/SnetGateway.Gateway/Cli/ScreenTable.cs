using SnetGateway.Gateway.Reports;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace SnetGateway.Gateway.Cli;

/// <summary>
/// Tables for a person: a line below the titles, and texts that are broken at their spaces where a line of the terminal is too short.
/// Amounts, ids and addresses stay whole, to be copied: a table that would have to break them is written as a list, with a line for each
/// value.
/// </summary>
internal static class ScreenTable
{
    /// <summary>Characters between two columns of the border that is used.</summary>
    private const int Gap = 1;

    public static void Write(Terminal terminal, ReportTable table)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(terminal.Output),
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
        });
        console.Profile.Width = terminal.Width ?? console.Profile.Width;
        Text[] titles = [.. table.Titles.Select(title => new Text(title))];
        Text[][] rows = [.. table.Rows.Select(row => row.Select(text => new Text(text)).ToArray())];
        var options = RenderOptions.Create(console);
        Measurement[] columns = [.. titles.Select((title, i) => Measure(rows.Select(row => row[i]).Prepend(title), options))];
        if (Fit(columns, console.Profile.Width) is not { } widths)
        {
            WriteList(terminal.Output, table);
            return;
        }

        var shown = new Table { Border = TableBorder.Minimalist };
        for (int i = 0; i < titles.Length; i++)
        {
            shown.AddColumn(new TableColumn(titles[i])
            {
                Width = widths[i],
                Alignment = table.IsRight(i) ? Justify.Right : Justify.Left,
            });
        }

        foreach (Text[] row in rows)
        {
            shown.AddRow(row);
        }

        console.Write(shown);
    }

    /// <summary>The longest word of a column, and its longest text.</summary>
    private static Measurement Measure(IEnumerable<IRenderable> cells, RenderOptions options)
    {
        Measurement[] all = [.. cells.Select(cell => cell.Measure(options, int.MaxValue))];
        return new Measurement(all.Max(cell => cell.Min), all.Max(cell => cell.Max));
    }

    /// <summary>
    /// The columns' widths in a line of this width: the excess is taken from the widest column that can still be broken at spaces. Null
    /// if words would have to be broken.
    /// </summary>
    private static int[]? Fit(Measurement[] columns, int width)
    {
        int[] widths = [.. columns.Select(column => column.Max)];
        for (int excess = widths.Sum() + ((widths.Length - 1) * Gap) - width; excess > 0; excess--)
        {
            int widest = Enumerable.Range(0, widths.Length).Where(i => widths[i] > columns[i].Min).OrderByDescending(i => widths[i])
                .FirstOrDefault(-1);
            if (widest < 0)
            {
                return null;
            }

            widths[widest]--;
        }

        return widths;
    }

    private static void WriteList(TextWriter output, ReportTable table)
    {
        foreach ((int number, string[] row) in table.Rows.Index())
        {
            if (number > 0)
            {
                output.WriteLine();
            }

            TextTable.Write(output, [.. table.Titles.Zip(row, (title, text) => new[] { title, text })], static _ => false);
        }
    }
}
