using System.CommandLine;
using System.CommandLine.Parsing;
using SnetGateway.Gateway.Configuration;
using SnetGateway.Gateway.Reports;

namespace SnetGateway.Gateway.Cli;

/// <summary>`usage export`: what was called, by whom, and what it cost.</summary>
internal static class UsageCommand
{
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
            DefaultValueFactory = _ => UsageExport.Csv,
        };
        format.AcceptOnlyFromAmong(UsageExport.Csv, UsageExport.Json, UsageExport.Hosting);
        var by = new Option<string>("--by")
        {
            Description = "day (sums of each day, service, method and payer, with durations) or call (each charged call).",
            DefaultValueFactory = _ => UsageExport.Day,
        };
        by.AcceptOnlyFromAmong(UsageExport.Day, UsageExport.Call);
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
            var query = new UsageQuery(
                parsed.GetValue(from), parsed.GetValue(to), parsed.GetValue(format)!, parsed.GetValue(by)!);
            if (query.Problem(TimeProvider.System.GetUtcNow()) is { } problem)
            {
                throw new CommandException(ExitCodes.Usage, problem);
            }

            ConfigurationResult configuration = await context.Loader(parsed).LoadAsync();
            await using LedgerAccess ledger = await LedgerAccess.OpenAsync(context, parsed, parsed.GetValue(journal) ?? []);
            await using var progress = LedgerProgress.OfStream(context.Terminal, "Exporting");
            var export = new UsageExport(await progress.CountAllAsync(ledger.Store, passes: 1, cancellationToken), configuration.Options);
            await foreach (string line in export.LinesAsync(query, cancellationToken))
            {
                context.Terminal.Output.WriteLine(line);
            }

            return ExitCodes.Done;
        });
        return command;
    }

    /// <summary>An option that is a time.</summary>
    public static Option<DateTimeOffset?> Moment(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "TIME",
        CustomParser = result => Parse(result, name),
    };

    private static DateTimeOffset? Parse(ArgumentResult result, string name)
    {
        string text = result.Tokens[0].Value;
        if (UsageQuery.TryParseTime(text, out DateTimeOffset moment))
        {
            return moment;
        }

        result.AddError($"{name}: '{text}' is not a time: write it as 2026-11-01 or 2026-11-01T12:00Z");
        return null;
    }
}
