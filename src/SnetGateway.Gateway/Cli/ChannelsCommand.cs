using System.CommandLine;
using SnetGateway.Gateway.Admin;
using SnetGateway.Gateway.Reports;
using SnetGateway.Payments.Ledger;
using SnetGateway.Payments.Records;

namespace SnetGateway.Gateway.Cli;

/// <summary>`channels`: lists the records of the ledger, or, by a running gateway, the channels whose cogs may be lost soon.</summary>
internal static class ChannelsCommand
{
    public static Command Create(CommandContext context)
    {
        var json = new Option<bool>("--json") { Description = "One JSON object per line." };
        var atRisk = new Option<bool>("--at-risk")
        {
            Description = "Asks a running gateway: only channels with unclaimed cogs that expire within their group's threshold, or have "
                + "expired. Exit code 1 if there are any.",
        };
        Command command = AdminClient.With(
            new Command("channels", "Lists the channels in the ledger, also while a gateway runs.") { json, atRisk });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (parsed.GetValue(atRisk))
            {
                using AdminClient gateway = await AdminClient.OpenAsync(context, parsed);
                UnclaimedAmounts amounts = await gateway.GetAsync<UnclaimedAmounts>("/unclaimed?next=1000", cancellationToken);
                return WriteAtRisk(
                    context.Terminal, [.. amounts.Next.Where(channel => channel.IsAtRisk)],
                    parsed.GetValue(json) || !context.Terminal.IsOutputSeen);
            }

            await ListAsync(context, parsed, parsed.GetValue(json), cancellationToken);
            return ExitCodes.Done;
        });
        return command;
    }

    private static async Task ListAsync(CommandContext context, ParseResult parsed, bool asJson, CancellationToken cancellationToken)
    {
        const string What = "Reading";
        await using LedgerAccess ledger = await LedgerAccess.OpenAsync(context, parsed);
        await using LedgerProgress progress =
            asJson ? LedgerProgress.OfStream(context.Terminal, What) : LedgerProgress.Start(context.Terminal, What);
        var history = new LedgerHistory(progress.Count(ledger.Store));
        var lines = new List<ChannelLine>();
        await foreach (ChannelRecord record in history.ChannelsAsync(cancellationToken))
        {
            ChannelLine line = await ChannelLine.ReadAsync(history, record, cancellationToken);
            if (asJson)
            {
                context.Terminal.Output.WriteLine(ReportJson.Write(line));
            }
            else
            {
                lines.Add(line);
            }
        }

        await progress.EndAsync();
        if (!asJson)
        {
            context.Terminal.Write(ChannelLine.Table(lines));
        }
    }

    private static int WriteAtRisk(Terminal terminal, IReadOnlyList<ExpiringChannel> channels, bool asJson)
    {
        foreach (ExpiringChannel channel in asJson ? channels : [])
        {
            terminal.Output.WriteLine(ReportJson.Write(channel));
        }

        if (!asJson)
        {
            terminal.Write(new ReportTable(
                ["channel", "unclaimed", "expires at block", "blocks left", "sender"],
                [.. channels.Select(one => new[] { one.Channel, one.Unclaimed, one.Expiration, one.BlocksLeft ?? "-", one.Sender })],
                column => column <= 3));
        }

        return channels.Count == 0 ? ExitCodes.Done : ExitCodes.Failed;
    }
}
