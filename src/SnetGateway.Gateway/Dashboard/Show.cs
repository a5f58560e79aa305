using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.Gateway.Admin;
using SnetGateway.Gateway.Reports;
using SnetGateway.Payments.Pricing;

namespace SnetGateway.Gateway.Dashboard;

/// <summary>Values as the pages show them.</summary>
internal static class Show
{
    private const int Decimals = 6;

    /// <summary>An amount in whole tokens, with a space between thousands.</summary>
    public static string Tokens(string cogs)
    {
        string all = PriceLine.InTokens(cogs);
        int point = all.IndexOf('.', StringComparison.Ordinal);
        return point < 0 ? Thousands(all) : Thousands(all[..point]) + all[point..];
    }

    /// <summary>
    /// An amount with its unit: whole tokens with at most six decimals, rounded down, or cogs where those would say nothing. Where it has
    /// to be exact, the cogs are beside it.
    /// </summary>
    public static (string Number, string Unit) Amount(string cogs)
    {
        if (cogs != "0" && cogs.Length <= FreeCallTerms.TokenDecimals - Decimals)
        {
            return (Thousands(cogs), "cogs");
        }

        string all = Tokens(cogs);
        int point = all.IndexOf('.', StringComparison.Ordinal);
        string tokens = point < 0 || all.Length <= point + 1 + Decimals ? all : all[..(point + 1 + Decimals)].TrimEnd('0').TrimEnd('.');
        return (tokens, FreeCallTerms.TokenName);
    }

    /// <summary>The same as one text.</summary>
    public static string AmountText(string cogs) => Amount(cogs) is var (number, unit) ? $"{number} {unit}" : "";

    /// <summary>The unit of a chart of amounts: that of the highest one.</summary>
    public static string UnitOf(IEnumerable<string> cogs) => Amount(cogs.MaxBy(amount => amount.Length) ?? "0").Unit;

    /// <summary>An amount as a number of a unit, for a chart.</summary>
    public static double Number(string cogs, string unit) =>
        double.Parse(unit == "cogs" ? cogs : PriceLine.InTokens(cogs), CultureInfo.InvariantCulture);

    /// <summary>A whole number with a thin space between thousands.</summary>
    public static string Thousands(string digits)
    {
        for (int i = digits.Length - 3; i > 0; i -= 3)
        {
            digits = digits.Insert(i, "\u202f");
        }

        return digits;
    }

    public static string Number<T>(T number)
        where T : IFormattable => Thousands(number.ToString(null, CultureInfo.InvariantCulture));

    public static string Time(DateTimeOffset at) => ReportText.Time(at);

    /// <summary>A time span in its largest two units.</summary>
    public static string Span(TimeSpan span) => span switch
    {
        { TotalDays: >= 2 } => string.Create(CultureInfo.InvariantCulture, $"{span.Days} d {span.Hours} h"),
        { TotalHours: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalHours} h {span.Minutes} min"),
        { TotalMinutes: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{span.Minutes} min {span.Seconds} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalSeconds} s"),
    };

    public static string Seconds(double seconds) => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.###} s");

    /// <summary>About how long so many blocks take at 12 s each, as Ethereum makes them.</summary>
    public static string? Blocks(string? blocks) =>
        long.TryParse(blocks, NumberStyles.None, CultureInfo.InvariantCulture, out long count) && count is > 0 and < 100_000_000
            ? $"about {Span(TimeSpan.FromSeconds(count * 12L))} at 12 s a block"
            : null;

    /// <summary>The page of a channel.</summary>
    public static string ChannelLink(string id) => $"{AdminGuard.Dashboard}/channels/{Uri.EscapeDataString(id)}";

    /// <summary>The channels and refusals of an address.</summary>
    public static string PayerLink(string address) => $"{AdminGuard.Dashboard}/channels{QueryString.Create("search", address)}";

    public static string ServiceLink(string name) => $"{AdminGuard.Dashboard}/services/{Uri.EscapeDataString(name)}";

    /// <summary>The page that tells why a call was refused.</summary>
    public static string RefusalLink(RefusalView refusal) => Link(
        "/calls/refused", ("at", refusal.At.UtcTicks.ToString(CultureInfo.InvariantCulture)), ("reason", refusal.Reason));

    /// <summary>A page with its parameters.</summary>
    public static string Link(string page, params (string Name, string? Value)[] query) => AdminGuard.Dashboard + page + QueryString.Create(
        query.Where(one => one.Value is not null).Select(one => KeyValuePair.Create(one.Name, one.Value)));

    /// <summary>A state as the admin API names it.</summary>
    public static string State(ServiceState state) => $"{state}".ToUpperInvariant();

    /// <summary>An address with the capitals of its checksum.</summary>
    [return: NotNullIfNotNull(nameof(address))]
    public static string? Checksum(string? address) =>
        Payments.Values.Address.TryParse(address, out Payments.Values.Address parsed) ? AddressText.Checksum(parsed) : address;

    /// <summary>A price: also exactly, where it is shown in tokens.</summary>
    public static string Exactly(string cogs) =>
        Amount(cogs).Unit == "cogs" || cogs == "0" ? AmountText(cogs) : $"{AmountText(cogs)}, {Thousands(cogs)} cogs";

    /// <summary>The same with a minus sign in front of a loss.</summary>
    public static string Signed(string cogs) =>
        cogs.StartsWith('-') ? $"\u2212{AmountText(cogs[1..])}" : AmountText(cogs);

    /// <summary>What gas costs, for a unit of it.</summary>
    public static string Gwei(ulong wei) => string.Create(CultureInfo.InvariantCulture, $"{wei / 1e9:0.###} gwei");

    /// <summary>The same of a transaction.</summary>
    public static string Ether(double wei) => string.Create(CultureInfo.InvariantCulture, $"{wei / 1e18:0.##########} ether");

    /// <summary>A reason as words.</summary>
    public static string Reason(string reason) => reason.Replace('_', ' ');
}
