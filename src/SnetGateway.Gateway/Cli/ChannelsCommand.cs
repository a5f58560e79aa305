using System.CommandLine;
using SnetGateway.Payments.Counters;
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
            var rows = new List<(ChannelRecord, CounterRecord?, DateTimeOffset?)>();
            await foreach (ChannelRecord record in history.ChannelsAsync(cancellationToken))
            {
                CounterRecord? plan = await history.PlanAsync(record, cancellationToken);
                DateTimeOffset? changed = record.NewestEntry.IsEmpty ? null : JournalEntry.Read(record.NewestEntry).At;
                if (parsed.GetValue(json))
                {
                    ChannelReport.WriteJson(context.Terminal.Output, record, plan, changed);
                }
                else
                {
                    rows.Add((record, plan, changed));
                }
            }

            if (!parsed.GetValue(json))
            {
                ChannelReport.WriteTable(context.Terminal.Output, rows);
            }

            return ExitCodes.Done;
        });
        return command;
    }
}
