using System.CommandLine;
using SnetGateway.Gateway.Admin;
using SnetGateway.Gateway.Reports;

namespace SnetGateway.Gateway.Cli;

/// <summary>`pause` and `resume`: services of all gateways of the ledger, through the admin API of one of them.</summary>
internal static class PauseCommand
{
    public static Command CreatePause(CommandContext context) => Create(
        context, "pause", "Has paid calls of services refused, on all gateways of the ledger; running calls end as they would.");

    public static Command CreateResume(CommandContext context) => Create(
        context, "resume", "Serves paused services again, on all gateways of the ledger.");

    private static Command Create(CommandContext context, string name, string description)
    {
        var services = new Argument<string[]>("service") { Description = "Services by their configured names." };
        services.Arity = ArgumentArity.ZeroOrMore;
        var all = new Option<bool>("--all") { Description = "All services." };
        Command command = AdminClient.With(new Command(name, description) { services, all });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string[] named = parsed.GetValue(services) ?? [];
            if (named.Length > 0 == parsed.GetValue(all))
            {
                throw new CommandException(ExitCodes.Usage, $"name the services to {name}, or --all");
            }

            using AdminClient gateway = await AdminClient.OpenAsync(context, parsed);
            IReadOnlyList<PauseView> paused = [];
            foreach (PauseRequest request in named.Length == 0 ? [new PauseRequest(All: true)] : named.Select(one => new PauseRequest(one)))
            {
                paused = await gateway.PostAsync<IReadOnlyList<PauseView>>($"/{name}", request, cancellationToken);
            }

            context.Terminal.Output.WriteLine(paused.Count == 0 ? "nothing is paused" : "paused:");
            foreach (PauseView one in paused)
            {
                context.Terminal.Output.WriteLine($"  {one.Service ?? "all services"} since {ReportText.Time(one.Since)}");
            }

            return ExitCodes.Done;
        });
        return command;
    }
}
