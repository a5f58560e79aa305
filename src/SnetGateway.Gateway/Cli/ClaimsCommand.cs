using System.CommandLine;
using System.Globalization;
using SnetGateway.Gateway.Admin;
using SnetGateway.Gateway.Reports;

namespace SnetGateway.Gateway.Cli;

/// <summary>`claims`: what a running gateway claims, would claim, and has it do so now. Tables on a terminal, JSON otherwise.</summary>
internal static class ClaimsCommand
{
    private static readonly Option<bool> s_json = new("--json")
    {
        Description = "What the admin API returns, as JSON. Without it too, where the output is not a terminal.",
        Recursive = true,
    };

    public static Command Create(CommandContext context)
    {
        Command command = AdminClient.With(new Command("claims", "Claims that a running gateway sends to the contract."));
        command.Options.Add(s_json);
        command.Subcommands.Add(Create(
            context, "plan", "What would be claimed now, by which rule, and what it costs. Changes nothing.",
            (gateway, token) => gateway.GetAsync("/claims/plan", token), WritePlan));
        command.Subcommands.Add(Create(
            context, "run", "Does a round of claims now: sends what is due, and looks after what is open.",
            (gateway, token) => gateway.PostAsync("/claims/run", token), WriteStatus));
        command.Subcommands.Add(Create(
            context, "status", "The open transactions, the newest finished ones, and how the last round ended; exit code 1 if it failed.",
            (gateway, token) => gateway.GetAsync("/claims", token), WriteStatus));
        return command;
    }

    private static Command Create(
        CommandContext context, string name, string description, Func<AdminClient, CancellationToken, Task<string>> ask,
        Func<Terminal, string, int> write)
    {
        var command = new Command(name, description);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using AdminClient gateway = await AdminClient.OpenAsync(context, parsed);
            string json = await ask(gateway, cancellationToken);
            if (!parsed.GetValue(s_json) && context.Terminal.IsOutputSeen)
            {
                return write(context.Terminal, json);
            }

            context.Terminal.Output.WriteLine(json);
            return write(context.Terminal with { Output = TextWriter.Null, IsOutputSeen = false }, json);
        });
        return command;
    }

    private static int WritePlan(Terminal terminal, string json)
    {
        IReadOnlyList<PlannedClaimView> plan = ReportJson.Read<IReadOnlyList<PlannedClaimView>>(json);
        if (plan.Count == 0)
        {
            terminal.Output.WriteLine("nothing can be claimed");
            return ExitCodes.Done;
        }

        terminal.Write(new ReportTable(
            ["channel", "nonce", "claims", "cogs", "expires at block", "blocks left", "gas", "gain in cogs", "claimed"],
            [
                .. plan.Select(one => new[]
                {
                    one.Channel, one.Nonce, Text(one.Claims), one.Cogs, one.Expiration, Text(one.BlocksLeft), Text(one.Gas),
                    one.GainCogs ?? "-",
                    one.Hold is { } hold ? $"no: {ClaimText.Words(hold)}" : $"by {ClaimText.Words(one.Reason!)}",
                }),
            ],
            column => column <= 7));
        return ExitCodes.Done;
    }

    private static int WriteStatus(Terminal terminal, string json)
    {
        IReadOnlyList<ClaimStatus> all = ReportJson.Read<IReadOnlyList<ClaimStatus>>(json);
        if (all.Count == 0)
        {
            terminal.Output.WriteLine("this gateway claims nothing: Claims:Signers of its configuration is empty");
        }

        foreach (ClaimStatus one in all)
        {
            string claimer = ClaimText.Claimer(one.IsClaimer, one.HasClaimer);
            terminal.Output.WriteLine($"{one.Payee}: {claimer}, last round {(one.LastRound is { } at ? ReportText.Time(at) : "never")}"
                + (one.Problem is { } problem ? $", failed: {problem}" : ""));
            WriteOpen(terminal, one.Open);
            WriteFinished(terminal, one.Finished);
        }

        return all.Any(one => one.Problem is not null) ? ExitCodes.Failed : ExitCodes.Done;
    }

    private static void WriteOpen(Terminal terminal, IReadOnlyList<OpenTransaction> open)
    {
        if (open.Count == 0)
        {
            return;
        }

        terminal.Write(new ReportTable(
            ["transaction", "claims", "cogs", "made at block", "sent at block", "state", "hash"],
            [
                .. open.Select(one => new[]
                {
                    Text(one.Number), Text(one.Claims), one.Cogs, Text(one.CreatedAt), Text(one.SentAt), one.State ?? "-", one.Hash,
                }),
            ],
            column => column <= 4));
    }

    private static void WriteFinished(Terminal terminal, IReadOnlyList<FinishedTransaction> finished)
    {
        if (finished is not { Count: > 0 })
        {
            return; // none, or a gateway of a version that does not list them
        }

        terminal.Write(new ReportTable(
            ["finished", "claims", "cogs", "gas", "time", "outcome", "hash"],
            [
                .. finished.Select(one => new[]
                {
                    Text(one.Number), Text(one.Claims), one.Cogs, Text(one.Gas), ReportText.Time(one.At), ClaimText.Words(one.Outcome),
                    one.Hash ?? "-",
                }),
            ],
            column => column <= 3));
    }

    private static string Text(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);
}
