using System.CommandLine;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.Gateway.Reports;
using SnetGateway.Payments.Ledger;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Cli;

/// <summary>
/// `ledger verify` checks the ledger against its journal, `ledger explain` shows the history of one channel or user, `ledger statement`
/// what was earned, `ledger copy` copies it, and `ledger accept` has a gateway start on one that knows less.
/// </summary>
internal static class LedgerCommand
{
    private const string Reading = "Reading";

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
            CreateVerify(context), CreateExplain(context), LedgerStatementCommand.Create(context, s_journal),
            LedgerCopyCommand.Create(context, s_journal), LedgerAcceptCommand.Create(context), s_journal,
        };

    private static Command CreateVerify(CommandContext context)
    {
        var command = new Command("verify", "Walks every channel's journal and holds it to its record; ends with 1 where one is broken.");
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using LedgerAccess ledger = await LedgerAccess.OpenAsync(context, parsed, parsed.GetValue(s_journal) ?? []);
            await using var progress = LedgerProgress.Start(context.Terminal, "Verifying");
            LedgerCheck check = await LedgerCheck.RunAsync(
                await progress.CountAllAsync(ledger.Store, passes: 1, cancellationToken), new SignerRecovery(), ledger.Escrow,
                ledger.Retention, int.MaxValue, cancellationToken);
            await progress.EndAsync();
            foreach (string line in check.ToText())
            {
                context.Terminal.Output.WriteLine(line);
            }

            return check.Faults == 0 ? ExitCodes.Done : ExitCodes.Failed;
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
                await using var search = LedgerProgress.Start(context.Terminal, Reading);
                IReadOnlyList<FreeCallStory> stories =
                    await FreeCallStory.ReadAsync(new LedgerHistory(search.Count(counts.Store)), user, int.MaxValue, cancellationToken);
                await search.EndAsync();
                Write(context.Terminal.Output, stories, story => story.ToText(), parsed.GetValue(json));
                return stories.Count > 0
                    ? ExitCodes.Done
                    : throw new CommandException(ExitCodes.Failed, $"the ledger has no free calls of {user}");
            }

            if (!UInt256.TryParse(text, out UInt256 number))
            {
                throw new CommandException(
                    ExitCodes.Usage, $"'{text}' is not a channel id or an address: write a whole number, or 0x and 40 hex digits");
            }

            await using LedgerAccess ledger = await LedgerAccess.OpenAsync(context, parsed, parsed.GetValue(s_journal) ?? []);
            var id = new ChannelId(number);
            await using var progress = LedgerProgress.Start(context.Terminal, Reading);
            ChannelStory story =
                await ChannelStory.ReadAsync(new LedgerHistory(progress.Count(ledger.Store)), id, int.MaxValue, cancellationToken)
                ?? throw new CommandException(ExitCodes.Failed, $"the ledger has no channel {id}");
            await progress.EndAsync();
            Write(context.Terminal.Output, [story], one => one.ToText(), parsed.GetValue(json));
            return ExitCodes.Done;
        });
        return command;
    }

    private static void Write<T>(TextWriter output, IReadOnlyList<T> stories, Func<T, IEnumerable<string>> toText, bool asJson)
    {
        foreach (string line in stories.SelectMany(story => asJson ? [ReportJson.Write(story)] : toText(story)))
        {
            output.WriteLine(line);
        }
    }
}
