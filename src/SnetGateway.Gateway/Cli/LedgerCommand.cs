using System.CommandLine;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.Payments.Ledger;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Cli;

/// <summary>
/// `ledger verify` checks the ledger against its journal, `ledger explain` shows the history of one channel or user, and `ledger copy`
/// copies it.
/// </summary>
internal static class LedgerCommand
{
    private static readonly Option<string[]> s_journal = new("--journal")
    {
        Description = "Folder of a gateway's journal, for stores that gateways share; repeat it for each gateway. Default: the journal of "
            + "this configuration.",
        HelpName = "DIR",
        Recursive = true,
    };

    public static Command Create(CommandContext context) =>
        new("ledger", "Reads the ledger, also while a gateway runs, or copies it to another store.")
        {
            CreateVerify(context), CreateExplain(context), LedgerCopyCommand.Create(context, s_journal), s_journal,
        };

    private static Command CreateVerify(CommandContext context)
    {
        var command = new Command("verify", "Walks every channel's journal and holds it to its record; ends with 1 where one is broken.");
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using LedgerAccess ledger = await LedgerAccess.OpenAsync(context, parsed, parsed.GetValue(s_journal) ?? []);
            var verifier = new LedgerVerifier(ledger.Store, new SignerRecovery(), ledger.Escrow, TimeProvider.System, ledger.Retention);
            TextWriter output = context.Terminal.Output;
            long channels = 0, entries = 0, faults = 0;
            UInt256 delivered = UInt256.Zero;
            await foreach (ChannelVerification finding in verifier.VerifyAsync(cancellationToken))
            {
                channels++;
                entries += finding.Entries;
                faults += finding.Faults.Count;
                delivered = delivered.SaturatingAdd(finding.Delivered);
                foreach (string fault in finding.Faults)
                {
                    output.WriteLine($"channel {finding.Channel}: FAULT: {fault}");
                }

                foreach (string note in finding.Notes)
                {
                    output.WriteLine($"channel {finding.Channel}: note: {note}");
                }
            }

            long counters = 0;
            await foreach (CounterVerification finding in
                new CounterVerifier(ledger.Store, TimeProvider.System, ledger.Retention).VerifyAsync(cancellationToken))
            {
                counters++;
                entries += finding.Entries;
                faults += finding.Faults.Count;
                foreach (string fault in finding.Faults)
                {
                    output.WriteLine($"{finding.Name}: FAULT: {fault}");
                }
            }

            string also = counters == 0 ? "" : $", {counters} plans and counts of free calls";
            output.WriteLine(
                $"{channels} channels{also}, {entries} entries, {delivered} cogs delivered: "
                + (faults == 0 ? "clean" : $"{faults} faults"));
            return faults == 0 ? ExitCodes.Done : ExitCodes.Failed;
        });
        return command;
    }

    private static Command CreateExplain(CommandContext context)
    {
        var channel = new Argument<string>("channel") { Description = "The channel's id, or the address of a user of free calls." };
        var json = new Option<bool>("--json") { Description = "As one JSON object." };
        var command = new Command(
            "explain",
            "Shows the history of one channel (every paid call, every claim, its plans and its current state), or of a user's free calls.")
        {
            channel, json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string text = parsed.GetRequiredValue(channel);
            if (Address.TryParse(text, out Address user))
            {
                await using LedgerAccess counts = await LedgerAccess.OpenAsync(context, parsed, parsed.GetValue(s_journal) ?? []);
                return await FreeCallReport.ExplainAsync(
                    context.Terminal.Output, new LedgerHistory(counts.Store), user, parsed.GetValue(json), cancellationToken);
            }

            if (!UInt256.TryParse(text, out UInt256 number))
            {
                throw new CommandException(
                    ExitCodes.Usage, $"'{text}' is not a channel id or an address: write a whole number, or 0x and 40 hex digits");
            }

            await using LedgerAccess ledger = await LedgerAccess.OpenAsync(context, parsed, parsed.GetValue(s_journal) ?? []);
            var story = new LedgerHistory(ledger.Store);
            var id = new ChannelId(number);
            ChannelRecord record = await story.ChannelAsync(id, cancellationToken)
                ?? throw new CommandException(ExitCodes.Failed, $"the ledger has no channel {id}");
            var entries = new List<JournalEntry>();
            await foreach (JournalEntry entry in story.EntriesAsync(record, cancellationToken))
            {
                entries.Add(entry);
            }

            IReadOnlyList<PlanHistory> plans = await story.PlansAsync(id, cancellationToken);
            if (parsed.GetValue(json))
            {
                ChannelReport.WriteHistoryJson(context.Terminal.Output, record, entries, plans);
            }
            else
            {
                ChannelReport.WriteHistory(context.Terminal.Output, record, entries, plans);
            }

            return ExitCodes.Done;
        });
        return command;
    }
}
