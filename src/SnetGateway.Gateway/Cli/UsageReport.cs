using System.Buffers;
using System.Globalization;
using System.Text.Json.Nodes;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.Gateway.Configuration;
using SnetGateway.Payments.Usage;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Cli;

/// <summary>
/// Usage as CSV (RFC 4180) and as JSON, one object per line. Amounts are strings in JSON: most readers of JSON cannot hold them.
/// </summary>
/// <param name="output">Where it is written.</param>
/// <param name="options">The services, which have their organisation and id on chain.</param>
internal sealed class UsageReport(TextWriter output, GatewayOptions options)
{
    private static readonly SearchValues<char> s_special = SearchValues.Create(",\"\r\n");

    /// <summary>The sums of days.</summary>
    public void WriteDays(IEnumerable<UsageTotal> totals, bool asJson)
    {
        string[] columns = ["day", "organization", "service", "method", "payer", "calls", "cogs", "timed_calls", "duration_seconds"];
        Begin(columns, asJson);
        foreach (UsageTotal total in totals)
        {
            Write(
                columns, asJson, total.Day.ToString("O", CultureInfo.InvariantCulture), OrganizationOf(total.Service), total.Service,
                total.Method, TextOf(total.Payer), Text(total.Calls), Text(total.Cogs), Text(total.TimedCalls), Seconds(total.Duration));
        }
    }

    /// <summary>Each charged call, and what metered calls gave back.</summary>
    public async Task WriteCallsAsync(IAsyncEnumerable<UsageLine> lines, bool asJson)
    {
        string[] columns = ["at", "organization", "service", "method", "payer", "kind", "calls", "cogs"];
        Begin(columns, asJson);
        await foreach (UsageLine line in lines)
        {
            string kind = line.Kind switch { UsageKind.Prepaid => "prepaid", UsageKind.Free => "free", _ => "channel" };
            Write(
                columns, asJson, line.At.UtcDateTime.ToString("O", CultureInfo.InvariantCulture), OrganizationOf(line.Service),
                line.Service, line.Method, TextOf(line.Payer), kind, Text(line.Calls), Text(line.Cogs));
        }
    }

    /// <summary>
    /// One line for each day and service: the organisation's id, the service's id, milliseconds, cogs, and the beginning of the day.
    /// </summary>
    public void WriteForHosting(IEnumerable<UsageTotal> totals)
    {
        string[] columns = ["orgId", "serviceId", "duration", "amount", "timestamp"];
        Begin(columns, asJson: false);
        foreach (IGrouping<(DateOnly Day, string Service), UsageTotal> group in totals.GroupBy(total => (total.Day, total.Service)))
        {
            TimeSpan duration = group.Aggregate(TimeSpan.Zero, (sum, total) => sum + total.Duration);
            Write(
                columns, asJson: false, OrganizationOf(group.Key.Service),
                options.Services.GetValueOrDefault(group.Key.Service)?.ServiceId ?? group.Key.Service,
                duration.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture),
                Text(group.Aggregate(System.Numerics.BigInteger.Zero, (sum, total) => sum + total.Cogs)),
                group.Key.Day.ToString("O", CultureInfo.InvariantCulture) + "T00:00:00Z");
        }
    }

    private static string Quoted(string value) =>
        value.AsSpan().ContainsAny(s_special) ? $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : value;

    private static string Text(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);

    private static string Seconds(TimeSpan duration) => duration.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture);

    private static string TextOf(Address? payer) => payer is { } address ? AddressText.Checksum(address) : "";

    /// <summary>Empty for a service that the configuration no longer has.</summary>
    private string OrganizationOf(string service) =>
        options.Services.GetValueOrDefault(service) is { } known && options.Groups.GetValueOrDefault(known.Group) is { } group
            ? group.OrganizationId
            : "";

    private void Begin(string[] columns, bool asJson)
    {
        if (!asJson)
        {
            output.WriteLine(string.Join(',', columns));
        }
    }

    private void Write(string[] columns, bool asJson, params string[] values) => output.WriteLine(asJson
        ? new JsonObject(columns.Zip(values, (column, value) => KeyValuePair.Create(column, (JsonNode?)JsonValue.Create(value))))
            .ToJsonString()
        : string.Join(',', values.Select(Quoted)));
}
