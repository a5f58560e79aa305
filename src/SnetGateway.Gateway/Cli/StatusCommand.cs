using System.CommandLine;
using System.Globalization;
using SnetGateway.Gateway.Admin;
using SnetGateway.Gateway.Reports;
using SnetGateway.Payments.Pricing;

namespace SnetGateway.Gateway.Cli;

/// <summary>
/// `status` asks a running gateway how it is: exit code 0 when it is ready, 1 when not, 2 when it cannot be reached. Below it, one command
/// for each question of an operator.
/// </summary>
internal static class StatusCommand
{
    private static readonly Option<bool> s_json = new("--json")
    {
        Description = "What the admin API returns, as JSON.",
        Recursive = true,
    };

    public static Command Create(CommandContext context)
    {
        Command command = AdminClient.With(new Command("status", "Asks a running gateway how it is: 0 ready, 1 not ready, 2 unreachable."));
        command.Options.Add(s_json);
        command.Subcommands.Add(Question<EarnedToday>(
            context, "earned", "What was charged today (UTC), by service.", "/earned", WriteEarned));
        command.Subcommands.Add(Question<EarnedToday>(
            context, "payers", "Which consumers spent most today (UTC).", "/earned", WritePayers));
        command.Subcommands.Add(Question<UnclaimedAmounts>(
            context, "at-risk", "What is signed and not claimed, and what of it may be lost soon.", "/unclaimed?next=1", WriteUnclaimed));
        command.Subcommands.Add(Question<UnclaimedAmounts>(
            context, "expiring", "The channels with unclaimed amounts that expire first.", "/unclaimed?next=20", WriteExpiring));
        command.Subcommands.Add(CreateRefusals(context));
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using AdminClient gateway = await AdminClient.OpenAsync(context, parsed);
            if (parsed.GetValue(s_json))
            {
                string json = await gateway.GetAsync("/status", cancellationToken);
                context.Terminal.Output.WriteLine(json);
                return ReportJson.Read<GatewayStatus>(json).IsReady ? ExitCodes.Done : ExitCodes.Failed;
            }

            GatewayStatus status = await gateway.GetAsync<GatewayStatus>("/status", cancellationToken);
            IReadOnlyList<ServiceView> services = await gateway.GetAsync<IReadOnlyList<ServiceView>>("/services", cancellationToken);
            Write(context.Terminal, status, services);
            return status.IsReady ? ExitCodes.Done : ExitCodes.Failed;
        });
        return command;
    }

    private static Command CreateRefusals(CommandContext context)
    {
        var search = new Argument<string?>("search")
        {
            Description = "A channel's id, a payer's address, a client's IP address, a service, a method or a reason. Default: all.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Command command = Question<IReadOnlyList<RefusalView>>(
            context, "refusals", "Why calls were refused: the newest ones, each with the check that refused it.",
            parsed => $"/refusals?limit=50&search={Uri.EscapeDataString(parsed.GetValue(search) ?? "")}", WriteRefusals);
        command.Arguments.Add(search);
        return command;
    }

    private static Command Question<T>(
        CommandContext context, string name, string description, string path, Action<Terminal, T> write) =>
        Question(context, name, description, _ => path, write);

    private static Command Question<T>(
        CommandContext context, string name, string description, Func<ParseResult, string> path, Action<Terminal, T> write)
    {
        var command = new Command(name, description);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using AdminClient gateway = await AdminClient.OpenAsync(context, parsed);
            string json = await gateway.GetAsync(path(parsed), cancellationToken);
            if (parsed.GetValue(s_json))
            {
                context.Terminal.Output.WriteLine(json);
            }
            else
            {
                write(context.Terminal, ReportJson.Read<T>(json));
            }

            return ExitCodes.Done;
        });
        return command;
    }

    private static void Write(Terminal terminal, GatewayStatus status, IReadOnlyList<ServiceView> services)
    {
        TimeSpan up = status.At - status.StartedAt;
        List<string[]> lines =
        [
            ["gateway", $"{status.Version}, {(status.IsReady ? "ready" : "not ready")}, up {up:d' d 'hh':'mm':'ss}"],
            .. status.Problems.Select(problem => new[] { "problem", problem }),
            ["listeners", $"{status.Public}{(status.HasTls ? " (TLS)" : "")} for consumers, {status.Admin} for the operator"],
            .. status.Certificates.Select(one => new[]
            {
                "certificate", $"{string.Join(", ", one.Names)}, valid until {ReportText.Time(one.NotAfter)}",
            }),
            ["store", $"{status.Store.Place}, {(status.Store.IsWritable ? "writable" : "not writable")}"],
            [
                "chain", $"{status.Chain.ChainId}, block {Text(status.Chain.Head)}, followed to {Text(status.Chain.FollowedTo)}"
                    + (status.Chain.LastFailure is { } failure ? $", failing: {failure}" : ""),
            ],
            ["calls", $"{Text(status.RunningCalls)} running"],
            ["channels", Text(status.Channels)],
        ];
        TextTable.Write(terminal.Output, lines, _ => false);
        terminal.Output.WriteLine();
        terminal.Write(new ReportTable(
            ["service", "state", "instances", "running calls"],
            [
                .. services.Select(service => new[]
                {
                    service.Name, ReportJson.Write(service.State).Trim('"'), Text(service.Instances.Count), Text(service.RunningCalls),
                }),
            ],
            column => column >= 2));
    }

    private static void WriteEarned(Terminal terminal, EarnedToday earned)
    {
        terminal.Write(new ReportTable(
            ["service", "calls", "cogs", FreeCallTerms.TokenName],
            [
                .. earned.Services.Select(service => new[]
                {
                    service.Service, Text(service.Calls), service.Cogs, PriceLine.InTokens(service.Cogs),
                }),
                ["all", Text(earned.Calls), earned.Cogs, PriceLine.InTokens(earned.Cogs)],
            ],
            column => column >= 1));
    }

    private static void WritePayers(Terminal terminal, EarnedToday earned) => terminal.Write(new ReportTable(
        ["payer", "calls", "cogs"],
        [.. earned.Payers.Select(payer => new[] { payer.Payer, Text(payer.Calls), payer.Cogs })],
        column => column >= 1));

    private static void WriteUnclaimed(Terminal terminal, UnclaimedAmounts amounts)
    {
        terminal.Output.WriteLine($"{amounts.Total} cogs are signed and not claimed, in {amounts.Channels} channels");
        terminal.Output.WriteLine(amounts.Head is null
            ? "the risk is not known: no block of the chain was read yet"
            : $"{amounts.AtRisk} cogs of it are at risk: their channels expire within the group's threshold, or have expired");
    }

    private static void WriteExpiring(Terminal terminal, UnclaimedAmounts amounts) => terminal.Write(new ReportTable(
        ["channel", "unclaimed", "expires at block", "blocks left", "at risk", "sender"],
        [
            .. amounts.Next.Select(channel => new[]
            {
                channel.Channel, channel.Unclaimed, channel.Expiration, channel.BlocksLeft ?? "-", channel.IsAtRisk ? "yes" : "no",
                channel.Sender,
            }),
        ],
        column => column <= 3));

    private static void WriteRefusals(Terminal terminal, IReadOnlyList<RefusalView> refusals) => terminal.Write(new ReportTable(
        ["at", "service", "channel", "payer", "address", "check", "status", "text"],
        [
            .. refusals.Select(refusal => new[]
            {
                ReportText.Time(refusal.At), refusal.Service ?? refusal.Route, refusal.Channel ?? "-", refusal.Payer ?? "-",
                refusal.Address ?? "-", refusal.Reason, Text(refusal.Status), refusal.Text,
            }),
        ],
        column => column is 2 or 6));

    private static string Text(IFormattable? number) => number?.ToString(null, CultureInfo.InvariantCulture) ?? "-";
}
