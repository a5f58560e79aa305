using System.Globalization;
using System.Text.Json.Nodes;
using SnetGateway.Payments.Counters;
using SnetGateway.Payments.Ledger;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Cli;

/// <summary>Counts of free calls and their histories as text and as JSON.</summary>
internal static class FreeCallReport
{
    private static readonly string[] s_columns = ["address", "calls made", "service", "count", "last change"];

    /// <summary>A table: a line of titles, then one line for each count. The count's name tells users of one address apart.</summary>
    public static void WriteTable(TextWriter output, IReadOnlyList<CounterRecord> counts)
    {
        List<string[]> rows = [s_columns, .. counts.Select(Row)];
        int[] widths = [.. Enumerable.Range(0, s_columns.Length).Select(i => rows.Max(row => row[i].Length))];
        foreach (string[] row in rows)
        {
            output.WriteLine(string
                .Join("  ", row.Select((text, i) => i == 1 ? text.PadLeft(widths[i]) : text.PadRight(widths[i]))).TrimEnd());
        }
    }

    /// <summary>The same as one JSON object per line.</summary>
    public static void WriteJson(TextWriter output, CounterRecord count)
    {
        string[] row = Row(count);
        output.WriteLine(new JsonObject
        {
            ["address"] = row[0],
            ["callsMade"] = row[1],
            ["service"] = row[2],
            ["count"] = row[3],
            ["lastChange"] = Newest(count)?.At.ToString("O", CultureInfo.InvariantCulture),
        }.ToJsonString());
    }

    /// <summary>The history of a user's free calls, of each service and user id.</summary>
    /// <returns>The command's exit code.</returns>
    public static async Task<int> ExplainAsync(
        TextWriter output, LedgerHistory history, Address user, bool asJson, CancellationToken cancellationToken)
    {
        bool isFound = false;
        await foreach (CounterRecord count in history.CountersAsync(RecordKind.FreeCallCount, cancellationToken))
        {
            if (CounterName.AddressOf(count.Key) != user)
            {
                continue;
            }

            isFound = true;
            List<CounterEntry> entries = [];
            await foreach (CounterEntry entry in history.EntriesAsync(count, cancellationToken))
            {
                entries.Add(entry);
            }

            Write(output, count, entries, asJson);
        }

        return isFound
            ? ExitCodes.Done
            : throw new CommandException(ExitCodes.Failed, $"the ledger has no free calls of {user}");
    }

    private static void Write(TextWriter output, CounterRecord count, List<CounterEntry> entries, bool asJson)
    {
        if (asJson)
        {
            output.WriteLine(new JsonObject
            {
                ["address"] = CounterName.AddressOf(count.Key).ToString(),
                ["count"] = Hash(count),
                ["callsMade"] = count.Used.ToString(),
                ["entries"] = new JsonArray([.. entries.Select(entry => new JsonObject
                {
                    ["sequence"] = entry.Sequence,
                    ["kind"] = entry.Kind == CounterEntryKind.Reset ? "reset" : "use",
                    ["at"] = entry.At.ToString("O", CultureInfo.InvariantCulture),
                    ["callsMade"] = entry.Used.ToString(),
                    ["calls"] = new JsonArray([.. entry.Lines.Select(line => new JsonObject
                    {
                        ["calls"] = line.Calls, ["service"] = line.Service, ["method"] = line.Method,
                    })]),
                })]),
            }.ToJsonString());
            return;
        }

        string name = CounterName.Of(count.Key);
        output.WriteLine($"{char.ToUpperInvariant(name[0])}{name[1..]}");
        foreach (CounterEntry entry in entries)
        {
            string calls = string.Join(", ", entry.Lines.Select(line => $"{line.Service} {line.Method} {line.Calls} times"));
            output.WriteLine(entry.Kind == CounterEntryKind.Reset
                ? $"  {entry.Sequence}. {Time(entry.At)}  reset by the operator"
                : $"  {entry.Sequence}. {Time(entry.At)}  {calls}: {entry.Used} made");
        }

        output.WriteLine($"  now {count.Used} made");
    }

    private static string[] Row(CounterRecord count)
    {
        CounterEntry? newest = Newest(count);
        string service = newest is { Lines.Count: > 0 } ? newest.Lines[0].Service : "-";
        string changed = newest is null ? "-" : Time(newest.At);
        return [CounterName.AddressOf(count.Key).ToString(), count.Used.ToString(), service, Hash(count), changed];
    }

    private static string Hash(CounterRecord count) => Convert.ToHexStringLower(count.Key.Id.Span[Address.Size..])[..12];

    private static CounterEntry? Newest(CounterRecord count) => count.NewestEntry.IsEmpty ? null : CounterEntry.Read(count.NewestEntry);

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
