using System.Globalization;

namespace SnetGateway.FunctionalTests.Adversary;

/// <summary>
/// One table for all attacks, each row told as soon as it is known; below it, what was told to the attackers and what went wrong.
/// </summary>
internal sealed class AttackReport(Action<string> write)
{
    private readonly List<string> _details = [];
    private bool _isBegun;

    /// <summary>Rows whose attack was not refused.</summary>
    public int Failed { get; private set; }

    public void Add(string name, AttackCounts counts, TimeSpan took)
    {
        Row(
            name, Text(counts.Attempts), Text(counts.Granted), Text(counts.MostGrants),
            counts.Executions is { } executions ? executions.ToString("N0", CultureInfo.InvariantCulture) : "not counted",
            counts.IsRefused);
        _details.Add($"{name}, in {took.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)} s:");
        _details.AddRange(counts.Problems.Take(10).Select(problem => $"  WRONG: {problem}"));
        _details.AddRange(counts.Notes.Select(note => $"  {note}"));
        _details.AddRange(
            counts.Answers.OrderByDescending(answer => answer.Value).Take(8).Select(answer => $"  {Text(answer.Value)} x {answer.Key}"));
    }

    /// <summary>A row of the test suite: its attempts are tests.</summary>
    public void AddTests(string name, int passed, IReadOnlyList<string> failed)
    {
        Row(name, $"{passed + failed.Count} tests", "-", "-", "-", failed.Count == 0 && passed > 0);
        _details.AddRange(failed.Select(test => $"  WRONG: {test}"));
    }

    public void End()
    {
        write(string.Empty);
        _details.ForEach(write);
    }

    private void Row(string name, string attempts, string granted, string most, string executions, bool isRefused)
    {
        if (!_isBegun)
        {
            write("| attack | attempts | payments granted | most grants of one payment | executions | verdict |");
            write("|---|---|---|---|---|---|");
            _isBegun = true;
        }

        Failed += isRefused ? 0 : 1;
        write($"| {name} | {attempts} | {granted} | {most} | {executions} | {(isRefused ? "refused" : "NOT REFUSED")} |");
    }

    private static string Text(int number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
