using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using SnetGateway.Gateway.Configuration;
using SnetGateway.Gateway.Reports;

namespace SnetGateway.Gateway.Cli;

/// <summary>`ledger statement`: what each service earned on each day, by the ledger.</summary>
internal static class LedgerStatementCommand
{
    private const string Table = "table";

    public static Command Create(CommandContext context, Option<string[]> journal)
    {
        Option<DateTimeOffset?> from = UsageCommand.Moment("--from", "From this time on, such as 2026-11-01 or 2026-11-01T12:00Z.");
        Option<DateTimeOffset?> to = UsageCommand.Moment("--to", "Before this time, at most a minute ago.");
        var format = new Option<string?>("--format")
        {
            Description = "table, csv or json (one object per line). Default: a table on a terminal, json otherwise.",
        };
        format.AcceptOnlyFromAmong(Table, UsageExport.Csv, UsageExport.Json);
        var command = new Command("statement", "What each service earned on each day (UTC), also while a gateway runs.")
        {
            from, to, format,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var query = new UsageQuery(parsed.GetValue(from), parsed.GetValue(to));
            if (query.Problem(TimeProvider.System.GetUtcNow()) is { } problem)
            {
                throw new CommandException(ExitCodes.Usage, problem);
            }

            ConfigurationResult configuration = await context.Loader(parsed).LoadAsync();
            await using LedgerAccess ledger = await LedgerAccess.OpenAsync(context, parsed, parsed.GetValue(journal) ?? []);
            await using var progress = LedgerProgress.Start(context.Terminal, "Adding up");
            var export = new UsageExport(await progress.CountAllAsync(ledger.Store, passes: 1, cancellationToken), configuration.Options);
            IReadOnlyList<StatementLine> lines = await export.StatementAsync(query, cancellationToken);
            await progress.EndAsync();
            Write(context.Terminal, lines, parsed.GetValue(format) ?? (context.Terminal.IsOutputSeen ? Table : UsageExport.Json));
            return ExitCodes.Done;
        });
        return command;
    }

    private static void Write(Terminal terminal, IReadOnlyList<StatementLine> lines, string format)
    {
        switch (format)
        {
            case Table:
                terminal.Write(StatementLine.Table(lines));
                break;
            case UsageExport.Csv:
                foreach (string line in StatementLine.ToCsv(lines))
                {
                    terminal.Output.WriteLine(line);
                }

                break;
            default:
                foreach (StatementLine line in lines)
                {
                    terminal.Output.WriteLine(new JsonObject
                    {
                        ["day"] = line.Day, ["organization"] = line.Organization, ["service"] = line.Service,
                        ["calls"] = line.Calls.ToString(CultureInfo.InvariantCulture), ["cogs"] = line.Cogs, ["tokens"] = line.Tokens,
                    }.ToJsonString());
                }

                break;
        }
    }
}
