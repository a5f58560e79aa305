using System.Globalization;
using System.Numerics;
using SnetGateway.Payments.Pricing;

namespace SnetGateway.Gateway.Reports;

/// <summary>What one service earned on one day.</summary>
/// <param name="Day">The day, in UTC.</param>
/// <param name="Organization">Its organisation; empty for a service that the configuration no longer has.</param>
/// <param name="Service">Its configured name.</param>
/// <param name="Calls">Charged calls, free calls among them.</param>
/// <param name="Cogs">What they cost.</param>
/// <param name="Tokens">The same in whole tokens.</param>
internal sealed record StatementLine(string Day, string Organization, string Service, BigInteger Calls, string Cogs, string Tokens)
{
    private string[] Values => [Day, Organization, Service, Calls.ToString(CultureInfo.InvariantCulture), Cogs, Tokens];

    private static string[] Columns => ["day", "organization", "service", "calls", "cogs", FreeCallTerms.TokenName];

    /// <summary>The lines as CSV (RFC 4180).</summary>
    public static IEnumerable<string> ToCsv(IEnumerable<StatementLine> lines) =>
        lines.Select(line => line.Values).Prepend(Columns).Select(values => string.Join(',', values.Select(UsageExport.Quoted)));

    /// <summary>A row for each line, and one for their sum.</summary>
    public static ReportTable Table(IReadOnlyCollection<StatementLine> lines)
    {
        string sum = lines.Aggregate(BigInteger.Zero, (all, line) => all + BigInteger.Parse(line.Cogs, CultureInfo.InvariantCulture))
            .ToString(CultureInfo.InvariantCulture);
        BigInteger calls = lines.Aggregate(BigInteger.Zero, (all, line) => all + line.Calls);
        var all = new StatementLine("all", "", "", calls, sum, PriceLine.InTokens(sum));
        return new ReportTable(Columns, [.. lines.Append(all).Select(line => line.Values)], column => column >= 3);
    }
}
