using System.Globalization;
using System.Text.Json.Nodes;
using SnetGateway.Payments.Counters;
using SnetGateway.Payments.Ledger;
using SnetGateway.Payments.Prepaid;
using SnetGateway.Payments.Records;

namespace SnetGateway.Gateway.Cli;

/// <summary>
/// Channels and their histories as text and as JSON. Amounts are strings in JSON too: most readers of JSON cannot hold such large numbers.
/// </summary>
internal static class ChannelReport
{
    private static readonly string[] s_columns =
    [
        "channel", "nonce", "authorised", "planned", "used", "credit", "value", "expires at block", "sender", "last change",
    ];

    /// <summary>A table: a line of titles, then one line for each channel.</summary>
    public static void WriteTable(
        TextWriter output, IReadOnlyList<(ChannelRecord Record, CounterRecord? Plan, DateTimeOffset? Changed)> channels)
    {
        List<string[]> rows =
        [
            s_columns,
            .. channels.Select(c => new[]
            {
                c.Record.Id.ToString(),
                c.Record.Nonce.ToString(),
                c.Record.Amount.ToString(),
                c.Plan?.Planned.ToString() ?? "-",
                c.Plan?.Used.ToString() ?? "-",
                c.Record.Credit.Total.ToString(),
                c.Record.Reading?.Value.ToString() ?? "-",
                c.Record.Reading?.Expiration.ToString() ?? "-",
                c.Record.Sender.ToString(),
                c.Changed is { } at ? Time(at) : "-",
            }),
        ];
        int[] widths = [.. Enumerable.Range(0, s_columns.Length).Select(i => rows.Max(row => row[i].Length))];
        foreach (string[] row in rows)
        {
            output.WriteLine(string
                .Join("  ", row.Select((text, i) => i <= 7 ? text.PadLeft(widths[i]) : text.PadRight(widths[i])))
                .TrimEnd());
        }
    }

    /// <summary>The same as one JSON object per line.</summary>
    public static void WriteJson(TextWriter output, ChannelRecord record, CounterRecord? plan, DateTimeOffset? changed)
    {
        JsonObject channel = Json(record);
        channel["planned"] = plan?.Planned.ToString();
        channel["used"] = plan?.Used.ToString();
        channel["lastChange"] = changed?.ToString("O", CultureInfo.InvariantCulture);
        output.WriteLine(channel.ToJsonString());
    }

    /// <summary>A channel's history as text, oldest entry first, then its current state.</summary>
    public static void WriteHistory(
        TextWriter output, ChannelRecord record, IReadOnlyList<JournalEntry> entries, IReadOnlyList<PlanHistory> plans)
    {
        output.WriteLine($"Channel {record.Id}");
        output.WriteLine($"  sender {record.Sender}, signer {record.Signer}");
        if (record.Reading is { } reading)
        {
            output.WriteLine(
                $"  on chain at block {reading.Block.Number}: {reading.Value} cogs at nonce {reading.Nonce}, expires at block "
                + $"{reading.Expiration}, pays {reading.Recipient}");
        }

        if (entries is [{ Sequence: > 1 } first, ..])
        {
            output.WriteLine($"  entries 1 to {first.Sequence - 1} are no longer kept");
        }

        foreach (JournalEntry entry in entries)
        {
            output.WriteLine($"  {entry.Sequence}. {Time(entry.At)}  {Tell(entry)}");
        }

        foreach (SignedTotal earlier in record.Earlier)
        {
            string fate = earlier.ShownClaimedAtBlock == 0
                ? "can be claimed"
                : $"shown claimed at block {earlier.ShownClaimedAtBlock}, kept until that is final";
            output.WriteLine($"  nonce {earlier.Nonce}: {earlier.Amount} cogs signed, {fate}");
        }

        foreach (PlanHistory plan in plans)
        {
            PlanReport.Write(output, plan);
        }

        output.WriteLine(record.Signature.IsEmpty
            ? $"  now at nonce {record.Nonce}, nothing signed"
            : $"  now at nonce {record.Nonce}: {record.Amount} cogs signed, to be claimed");
    }

    /// <summary>The same as one JSON object.</summary>
    public static void WriteHistoryJson(
        TextWriter output, ChannelRecord record, IReadOnlyList<JournalEntry> entries, IReadOnlyList<PlanHistory> plans)
    {
        JsonObject story = Json(record);
        story["earlier"] = new JsonArray([.. record.Earlier.Select(earlier => new JsonObject
        {
            ["nonce"] = earlier.Nonce.ToString(),
            ["amount"] = earlier.Amount.ToString(),
            ["shownClaimedAtBlock"] = earlier.ShownClaimedAtBlock,
        })]);
        story["entries"] = new JsonArray([.. entries.Select(entry => new JsonObject
        {
            ["sequence"] = entry.Sequence,
            ["kind"] = Kind(entry.Kind),
            ["at"] = entry.At.ToString("O", CultureInfo.InvariantCulture),
            ["nonce"] = entry.Nonce.ToString(),
            ["amount"] = entry.Amount.ToString(),
            ["price"] = entry.Price.ToString(),
            ["credit"] = entry.Credit.ToString(),
            ["service"] = entry.Service,
            ["method"] = entry.Method,
            ["call"] = entry.Call.ToString(),
        })]);
        story["plans"] = new JsonArray([.. plans.Select(PlanReport.ToJson)]);
        output.WriteLine(story.ToJsonString());
    }

    private static JsonObject Json(ChannelRecord record) => new()
    {
        ["channel"] = record.Id.ToString(),
        ["nonce"] = record.Nonce.ToString(),
        ["authorised"] = record.Amount.ToString(),
        ["credit"] = record.Credit.Total.ToString(),
        ["sender"] = record.Sender.ToString(),
        ["signer"] = record.Signer.ToString(),
        ["value"] = record.Reading?.Value.ToString(),
        ["expiration"] = record.Reading?.Expiration.ToString(),
    };

    private static string Tell(in JournalEntry entry) => entry.Kind switch
    {
        EntryKind.Settle when entry.Method == PrepaidPlans.Method =>
            $"{entry.Price} cogs bought for prepaid calls: {entry.Amount} signed at nonce {entry.Nonce}",
        EntryKind.Settle => $"{entry.Service} {entry.Method} for {(entry.IsCeiling ? "at most " : "")}{entry.Price} cogs: "
            + $"{entry.Amount} signed at nonce {entry.Nonce}"
            + (entry.Credit.IsZero ? string.Empty : $", {entry.Credit} of it credit"),
        EntryKind.GiveBack => $"{entry.Service} {entry.Method}: {entry.Price} cogs of its ceiling given back, {entry.Credit} are credit",
        EntryKind.Claim => $"claim begun: {entry.Amount} cogs of nonce {entry.Nonce}",
        _ => $"set aside: the chain shows another channel under this id (was {entry.Amount} at nonce {entry.Nonce})",
    };

    private static string Kind(EntryKind kind) => kind switch
    {
        EntryKind.Settle => "settle",
        EntryKind.Claim => "claim",
        EntryKind.GiveBack => "give-back",
        _ => "set-aside",
    };

    internal static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
