using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using SnetGateway.Gateway.Configuration;
using SnetGateway.Payments.Usage;

namespace SnetGateway.Gateway.Cli;

/// <summary>`usage export`: what was called, by whom, and what it cost.</summary>
internal static class UsageCommand
{
    private const string Csv = "csv", Json = "json", Hosting = "hosting", Day = "day", Call = "call";

    /// <summary>An entry may become readable so long after its own time; an interval that ends earlier is complete.</summary>
    private static readonly TimeSpan s_settled = TimeSpan.FromMinutes(1);

    public static Command Create(CommandContext context) =>
        new("usage", "What was called, by whom, and what it cost, by the ledger.") { CreateExport(context) };

    private static Command CreateExport(CommandContext context)
    {
        Option<DateTimeOffset?> from = Moment("--from", "Only calls charged from this time on, such as 2026-11-01 or 2026-11-01T12:00Z.");
        Option<DateTimeOffset?> to = Moment(
            "--to", "Only calls charged before this time, at most a minute ago: the same interval then gives the same lines again.");
        var format = new Option<string>("--format")
        {
            Description = "csv, json (one object per line) or hosting (CSV in the columns of the network's hosting).",
            DefaultValueFactory = _ => Csv,
        };
        format.AcceptOnlyFromAmong(Csv, Json, Hosting);
        var by = new Option<string>("--by")
        {
            Description = "day (sums of each day, service, method and payer, with durations) or call (each charged call).",
            DefaultValueFactory = _ => Day,
        };
        by.AcceptOnlyFromAmong(Day, Call);
        var journal = new Option<string[]>("--journal")
        {
            Description = "Folder of a gateway's journal, for stores that gateways share; repeat it for each gateway. Default: the journal "
                + "of this configuration.",
            HelpName = "DIR",
        };
        var command = new Command("export", "Prints the usage of an interval, also while a gateway runs.")
        {
            from, to, format, by, journal,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            DateTimeOffset start = parsed.GetValue(from) ?? DateTimeOffset.MinValue;
            DateTimeOffset end = End(parsed.GetValue(to));
            bool isByCall = parsed.GetValue(by) == Call;
            string kind = parsed.GetValue(format)!;
            if (isByCall && kind == Hosting)
            {
                throw new CommandException(ExitCodes.Usage, "--format hosting has sums of days: leave --by out");
            }

            ConfigurationResult configuration = await context.Loader(parsed).LoadAsync();
            await using LedgerAccess ledger = await LedgerAccess.OpenAsync(context, parsed, parsed.GetValue(journal) ?? []);
            var report = new UsageReport(context.Terminal.Output, configuration.Options);
            IAsyncEnumerable<UsageLine> lines = new UsageReader(ledger.Store).ReadAsync(start, end, cancellationToken);
            if (isByCall)
            {
                await report.WriteCallsAsync(lines, kind == Json);
                return ExitCodes.Done;
            }

            UsageTotals totals = await AddUpAsync(lines, new UsageDays(ledger.Store), start, end, cancellationToken);
            if (kind == Hosting)
            {
                report.WriteForHosting(totals.Ordered);
            }
            else
            {
                report.WriteDays(totals.Ordered, kind == Json);
            }

            return ExitCodes.Done;
        });
        return command;
    }

    /// <summary>Durations are kept by day: those of a day that the interval has only a part of are left out.</summary>
    private static async Task<UsageTotals> AddUpAsync(
        IAsyncEnumerable<UsageLine> lines, UsageDays days, DateTimeOffset start, DateTimeOffset end, CancellationToken cancellationToken)
    {
        var totals = new UsageTotals();
        await foreach (UsageLine line in lines)
        {
            totals.Add(line);
        }

        var firstWhole = DateOnly.FromDateTime(start == DateTimeOffset.MinValue ? start.UtcDateTime : start.UtcDateTime.AddTicks(
            TimeSpan.TicksPerDay - 1));
        DateOnly last = end == DateTimeOffset.MaxValue
            ? DateOnly.MaxValue
            : DateOnly.FromDateTime(end.UtcDateTime).AddDays(-1);
        await foreach (UsageDay day in days.ReadAsync(firstWhole, last, cancellationToken))
        {
            totals.AddDurations(day);
        }

        return totals;
    }

    private static DateTimeOffset End(DateTimeOffset? to) =>
        to is not { } end ? DateTimeOffset.MaxValue
        : end <= TimeProvider.System.GetUtcNow() - s_settled ? end
        : throw new CommandException(
            ExitCodes.Usage, "--to must be at least a minute ago, or calls of the interval may not be in the ledger yet");

    private static Option<DateTimeOffset?> Moment(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "TIME",
        CustomParser = result => Parse(result, name),
    };

    private static DateTimeOffset? Parse(ArgumentResult result, string name)
    {
        string text = result.Tokens[0].Value;
        const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, Utc, out DateTimeOffset moment))
        {
            return moment;
        }

        result.AddError($"{name}: '{text}' is not a time: write it as 2026-11-01 or 2026-11-01T12:00Z");
        return null;
    }
}
