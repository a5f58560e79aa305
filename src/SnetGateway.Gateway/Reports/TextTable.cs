namespace SnetGateway.Gateway.Reports;

/// <summary>Rows of texts in columns that are as wide as they need.</summary>
internal static class TextTable
{
    /// <param name="output">Where it is written.</param>
    /// <param name="rows">The line of titles and all others, each with as many texts.</param>
    /// <param name="isRight">Whether a column is aligned to the right, as numbers are.</param>
    public static void Write(TextWriter output, IReadOnlyList<string[]> rows, Func<int, bool> isRight)
    {
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(i => rows.Max(row => row[i].Length))];
        foreach (string[] row in rows)
        {
            output.WriteLine(string
                .Join("  ", row.Select((text, i) => isRight(i) ? text.PadLeft(widths[i]) : text.PadRight(widths[i])))
                .TrimEnd());
        }
    }
}
