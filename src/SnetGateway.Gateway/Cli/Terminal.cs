using SnetGateway.Gateway.Reports;

namespace SnetGateway.Gateway.Cli;

/// <summary>
/// What a command reads and writes. Results go to <paramref name="Output"/>, errors and progress to <paramref name="Error"/>.
/// A person is asked questions only where <paramref name="IsInteractive"/>.
/// </summary>
internal sealed record Terminal(TextReader Input, TextWriter Output, TextWriter Error, bool IsInteractive = false)
{
    /// <summary>Rows of a table that is laid out for a terminal, at most.</summary>
    internal const int MaxLaidOutRows = 2_000;

    /// <summary>Whether a person sees <see cref="Output"/>: results are laid out for its width. Otherwise a program reads it.</summary>
    public bool IsOutputSeen { get; init; }

    /// <summary>Whether <see cref="Error"/> is a terminal on which a line can be written again, which shows how far a command is.</summary>
    public bool ShowsProgress { get; init; }

    /// <summary>Characters of a line; null for those of the process's terminal.</summary>
    public int? Width { get; init; }

    /// <summary>That of this process.</summary>
    public static Terminal OfProcess() =>
        new(Console.In, Console.Out, Console.Error, IsInteractive: !Console.IsInputRedirected && !Console.IsOutputRedirected)
        {
            IsOutputSeen = !Console.IsOutputRedirected,
            ShowsProgress = !Console.IsErrorRedirected
                && (OperatingSystem.IsWindows() || Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb")),
        };

    /// <summary>
    /// Writes a table: padded with spaces where a program reads it, the same bytes at any width. So are very long ones on a terminal,
    /// because the layout holds each cell several times in memory.
    /// </summary>
    public void Write(ReportTable table)
    {
        if (IsOutputSeen && table.Rows.Count <= MaxLaidOutRows)
        {
            ScreenTable.Write(this, table);
        }
        else
        {
            TextTable.Write(Output, [[.. table.Titles], .. table.Rows], table.IsRight);
        }
    }
}
