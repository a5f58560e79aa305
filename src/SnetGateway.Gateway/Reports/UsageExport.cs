using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.Gateway.Configuration;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Usage;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Reports;

/// <summary>
/// Usage as CSV (RFC 4180) and as JSON, one object per line. Amounts are strings in JSON: most readers of JSON cannot hold them.
/// </summary>
/// <param name="store">The ledger.</param>
/// <param name="options">The services, which have their organisation and id on chain.</param>
internal sealed class UsageExport(IRecordStore store, GatewayOptions options)
{
    public const string Csv = "csv", Json = "json", Hosting = "hosting", Day = "day", Call = "call";

    private static readonly SearchValues<char> s_special = SearchValues.Create(",\"\r\n");

    private static readonly string[] s_days =
        ["day", "organization", "service", "method", "payer", "calls", "cogs", "timed_calls", "duration_seconds"];

    private static readonly string[] s_calls = ["at", "organization", "service", "method", "payer", "kind", "calls", "cogs"];
    private static readonly string[] s_hosting = ["orgId", "serviceId", "duration", "amount", "timestamp"];

    /// <summary>
    /// The lines of an interval. Throws <see cref="StoreUnavailableException"/> or <see cref="LedgerFormatException"/>.
    /// </summary>
    /// <param name="query">What is asked for.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async IAsyncEnumerable<string> LinesAsync(UsageQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string[] columns = query.Format == Hosting ? s_hosting : query.By == Call ? s_calls : s_days;
        if (query.Format != Json)
        {
            yield return string.Join(',', columns);
        }

        IAsyncEnumerable<string[]> rows = query.By == Call
            ? CallsAsync(query, cancellationToken)
            : DaysAsync(query, cancellationToken);
        await foreach (string[] row in rows)
        {
            yield return query.Format == Json
                ? new JsonObject(columns.Zip(row, (column, value) => KeyValuePair.Create(column, (JsonNode?)JsonValue.Create(value))))
                    .ToJsonString()
                : string.Join(',', row.Select(Quoted));
        }
    }

    /// <summary>The sums of an interval. Throws as <see cref="LinesAsync"/>.</summary>
    /// <param name="query">What is asked for.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task<UsageTotals> TotalsAsync(UsageQuery query, CancellationToken cancellationToken)
    {
        var totals = new UsageTotals();
        await foreach (UsageLine line in new UsageReader(store).ReadAsync(query.Start, query.End, cancellationToken))
        {
            totals.Add(line);
        }

        // Durations are kept by day: those of a day that the interval has only a part of are left out.
        var firstWhole = DateOnly.FromDateTime(query.From is { } from
            ? from.UtcDateTime.AddTicks(TimeSpan.TicksPerDay - 1)
            : DateTime.MinValue);
        DateOnly last = query.To is { } to ? DateOnly.FromDateTime(to.UtcDateTime).AddDays(-1) : DateOnly.MaxValue;
        await foreach (UsageDay day in new UsageDays(store).ReadAsync(firstWhole, last, cancellationToken))
        {
            totals.AddDurations(day);
        }

        return totals;
    }

    /// <summary>What each service earned on each day, exactly, by the journal. Throws as <see cref="LinesAsync"/>.</summary>
    /// <param name="query">The interval.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task<IReadOnlyList<StatementLine>> StatementAsync(UsageQuery query, CancellationToken cancellationToken)
    {
        UsageTotals totals = await TotalsAsync(query, cancellationToken);
        return
        [
            .. totals.Ordered.GroupBy(total => (total.Day, total.Service)).Select(group =>
            {
                string cogs = Text(group.Aggregate(BigInteger.Zero, (sum, total) => sum + total.Cogs));
                return new StatementLine(
                    group.Key.Day.ToString("O", CultureInfo.InvariantCulture), OrganizationOf(group.Key.Service), group.Key.Service,
                    group.Aggregate(BigInteger.Zero, (sum, total) => sum + total.Calls), cogs, PriceLine.InTokens(cogs));
            }),
        ];
    }

    /// <summary>A value of a line of CSV.</summary>
    public static string Quoted(string value) =>
        value.AsSpan().ContainsAny(s_special) ? $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : value;

    private static string Text(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);

    private static string TextOf(Address? payer) => payer is { } address ? AddressText.Checksum(address) : "";

    /// <summary>Each charged call, and what metered calls gave back.</summary>
    private async IAsyncEnumerable<string[]> CallsAsync(UsageQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (UsageLine line in new UsageReader(store).ReadAsync(query.Start, query.End, cancellationToken))
        {
            string kind = line.Kind switch { UsageKind.Prepaid => "prepaid", UsageKind.Free => "free", _ => "channel" };
            yield return
            [
                line.At.UtcDateTime.ToString("O", CultureInfo.InvariantCulture), OrganizationOf(line.Service), line.Service, line.Method,
                TextOf(line.Payer), kind, Text(line.Calls), Text(line.Cogs),
            ];
        }
    }

    private async IAsyncEnumerable<string[]> DaysAsync(UsageQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        UsageTotals totals = await TotalsAsync(query, cancellationToken);
        foreach (string[] row in query.Format == Hosting ? HostingRows(totals.Ordered) : totals.Ordered.Select(DayRow))
        {
            yield return row;
        }
    }

    private string[] DayRow(UsageTotal total) =>
    [
        total.Day.ToString("O", CultureInfo.InvariantCulture), OrganizationOf(total.Service), total.Service, total.Method,
        TextOf(total.Payer), Text(total.Calls), Text(total.Cogs), Text(total.TimedCalls),
        total.Duration.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture),
    ];

    /// <summary>
    /// One line for each day and service: the organisation's id, the service's id, milliseconds, cogs, and the beginning of the day.
    /// </summary>
    private IEnumerable<string[]> HostingRows(IEnumerable<UsageTotal> totals) => totals
        .GroupBy(total => (total.Day, total.Service))
        .Select(group =>
        {
            TimeSpan duration = group.Aggregate(TimeSpan.Zero, (sum, total) => sum + total.Duration);
            return new[]
            {
                OrganizationOf(group.Key.Service),
                options.Services.GetValueOrDefault(group.Key.Service)?.ServiceId ?? group.Key.Service,
                duration.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture),
                Text(group.Aggregate(BigInteger.Zero, (sum, total) => sum + total.Cogs)),
                group.Key.Day.ToString("O", CultureInfo.InvariantCulture) + "T00:00:00Z",
            };
        });

    /// <summary>Empty for a service that the configuration no longer has.</summary>
    private string OrganizationOf(string service) =>
        options.Services.GetValueOrDefault(service) is { } known && options.Groups.GetValueOrDefault(known.Group) is { } group
            ? group.OrganizationId
            : "";
}

/// <summary>What of the usage is asked for.</summary>
/// <param name="From">Only what was charged from then on; null from the beginning.</param>
/// <param name="To">Only what was charged before then; null up to now.</param>
/// <param name="Format">`csv`, `json` or `hosting`.</param>
/// <param name="By">`day` or `call`.</param>
internal sealed record UsageQuery(
    DateTimeOffset? From, DateTimeOffset? To, string Format = UsageExport.Csv, string By = UsageExport.Day)
{
    /// <summary>An entry may become readable so long after its own time; an interval that ends earlier is complete.</summary>
    private static readonly TimeSpan s_settled = TimeSpan.FromMinutes(1);

    /// <summary>A time as the command and the API take it, in UTC unless it says otherwise.</summary>
    public static bool TryParseTime(string text, out DateTimeOffset moment) => DateTimeOffset.TryParse(
        text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out moment);

    /// <summary>Why it cannot be answered; null if it can.</summary>
    public string? Problem(DateTimeOffset now) =>
        To > now - s_settled ? "the end must be at least a minute ago, or calls of the interval may not be in the ledger yet"
        : (Format, By) == (UsageExport.Hosting, UsageExport.Call) ? "the format hosting has sums of days, not calls"
        : Format is not (UsageExport.Csv or UsageExport.Json or UsageExport.Hosting) ? "the format is not csv, json or hosting"
        : By is not (UsageExport.Day or UsageExport.Call) ? "the sums are not by day or call"
        : null;

    public DateTimeOffset Start => From ?? DateTimeOffset.MinValue;

    public DateTimeOffset End => To ?? DateTimeOffset.MaxValue;
}
