using System.Globalization;
using System.Text.Json.Nodes;
using SnetGateway.Payments.Counters;
using SnetGateway.Payments.Ledger;

namespace SnetGateway.Gateway.Cli;

/// <summary>The prepaid plans of a channel in `ledger explain`, as text and as JSON.</summary>
internal static class PlanReport
{
    /// <summary>A plan's history, oldest entry first, then its current state.</summary>
    public static void Write(TextWriter output, PlanHistory plan)
    {
        output.WriteLine($"  plan of nonce {plan.Nonce}");
        foreach (CounterEntry entry in plan.Entries)
        {
            string lines = string.Join(
                ", ", entry.Lines.Select(line => $"{line.Service} {line.Method} {line.Calls} times for {line.Amount} cogs".TrimStart()));
            output.WriteLine($"    {entry.Sequence}. {ChannelReport.Time(entry.At)}  {lines}: {entry.Used} of {entry.Planned} used");
        }

        output.WriteLine($"    now {plan.Record.Used} of {plan.Record.Planned} cogs used");
    }

    /// <summary>The same as JSON.</summary>
    public static JsonObject ToJson(PlanHistory plan) => new()
    {
        ["nonce"] = plan.Nonce.ToString(),
        ["planned"] = plan.Record.Planned.ToString(),
        ["used"] = plan.Record.Used.ToString(),
        ["entries"] = new JsonArray([.. plan.Entries.Select(entry => new JsonObject
        {
            ["sequence"] = entry.Sequence,
            ["kind"] = entry.Kind == CounterEntryKind.Use ? "use" : "purchase",
            ["at"] = entry.At.ToString("O", CultureInfo.InvariantCulture),
            ["planned"] = entry.Planned.ToString(),
            ["used"] = entry.Used.ToString(),
            ["calls"] = new JsonArray([.. entry.Lines.Select(line => new JsonObject
            {
                ["calls"] = line.Calls, ["amount"] = line.Amount.ToString(), ["service"] = line.Service, ["method"] = line.Method,
            })]),
        })]),
    };
}
