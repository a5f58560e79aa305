namespace SnetGateway.Gateway.Reports;

/// <summary>A table of a report: texts in rows and columns.</summary>
/// <param name="Titles">The titles of the columns.</param>
/// <param name="Rows">The rows, each with as many texts.</param>
/// <param name="IsRight">Whether a column is aligned to the right, as numbers are.</param>
internal sealed record ReportTable(IReadOnlyList<string> Titles, IReadOnlyList<string[]> Rows, Func<int, bool> IsRight);
