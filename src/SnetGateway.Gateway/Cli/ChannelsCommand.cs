using System.CommandLine;
using SnetGateway.Gateway.Reports;
using SnetGateway.Payments.Ledger;
using SnetGateway.Payments.Records;

namespace SnetGateway.Gateway.Cli;

/// <summary>`channels`: lists the records of the ledger.</summary>
internal static class ChannelsCommand
{
    public static Command Create(CommandContext context)
    {
        var json = new Option<bool>("--json") { Description = "One JSON object per line." };
        var command = new Command("channels", "Lists the channels in the ledger, also while a gateway runs.") { json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using LedgerAccess ledger = await LedgerAccess.OpenAsync(context, parsed);
            var history = new LedgerHistory(ledger.Store);
            var lines = new List<ChannelLine>();
            await foreach (ChannelRecord record in history.ChannelsAsync(cancellationToken))
            {
                ChannelLine line = await ChannelLine.ReadAsync(history, record, cancellationToken);
                if (parsed.GetValue(json))
                {
                    context.Terminal.Output.WriteLine(ReportJson.Write(line));
                }
                else
                {
                    lines.Add(line);
                }
            }

            if (!parsed.GetValue(json))
            {
                ChannelLine.WriteTable(context.Terminal.Output, lines);
            }

            return ExitCodes.Done;
        });
        return command;
    }
}
