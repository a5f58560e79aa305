using System.CommandLine;
using System.Globalization;
using SnetGateway.Gateway.Admin;
using SnetGateway.Gateway.Instances;
using SnetGateway.Gateway.Reports;

namespace SnetGateway.Gateway.Cli;

/// <summary>
/// `instances` lists the instances of services; below it, they are drained and get other weights, at one running gateway.
/// </summary>
internal static class InstancesCommand
{
    private static readonly Argument<string> s_cluster = new("cluster") { Description = "The cluster's id." };
    private static readonly Argument<string> s_instance = new("instance") { Description = "The destination's name in the cluster." };

    public static Command Create(CommandContext context)
    {
        Command command = AdminClient.With(new Command("instances", "Lists the instances of services at a running gateway."));
        command.Subcommands.Add(Change(
            context, new Command("drain", "Takes an instance out, until this gateway ends: no new calls; running ones end."),
            new InstanceRequest("", "", Drained: true)));
        command.Subcommands.Add(Change(
            context, new Command("undrain", "Brings a drained instance back."), new InstanceRequest("", "", Drained: false)));
        command.Subcommands.Add(CreateWeight(context));
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using AdminClient gateway = await AdminClient.OpenAsync(context, parsed);
            Write(context.Terminal, await gateway.GetAsync<IReadOnlyList<InstanceView>>("/instances", cancellationToken));
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command CreateWeight(CommandContext context)
    {
        var weight = new Argument<int?>("weight")
        {
            Description = $"The weight, 0 to {WeightedPolicy.MaxWeight}. Without it the configured one is in force again.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Command("weight", "Changes an instance's share of the calls, until this gateway ends.")
        {
            s_cluster, s_instance, weight,
        };
        command.SetAction((parsed, cancellationToken) => ChangeAsync(
            context, parsed,
            new InstanceRequest("", "", Weight: parsed.GetValue(weight), ResetWeight: parsed.GetValue(weight) is null), cancellationToken));
        return command;
    }

    private static Command Change(CommandContext context, Command command, InstanceRequest request)
    {
        command.Arguments.Add(s_cluster);
        command.Arguments.Add(s_instance);
        command.SetAction((parsed, cancellationToken) => ChangeAsync(context, parsed, request, cancellationToken));
        return command;
    }

    private static async Task<int> ChangeAsync(
        CommandContext context, ParseResult parsed, InstanceRequest request, CancellationToken cancellationToken)
    {
        using AdminClient gateway = await AdminClient.OpenAsync(context, parsed);
        Write(context.Terminal, await gateway.PostAsync<IReadOnlyList<InstanceView>>(
            "/instances",
            request with { Cluster = parsed.GetRequiredValue(s_cluster), Instance = parsed.GetRequiredValue(s_instance) },
            cancellationToken));
        return ExitCodes.Done;
    }

    private static void Write(Terminal terminal, IReadOnlyList<InstanceView> instances) => terminal.Write(new ReportTable(
        ["cluster", "instance", "health", "weight", "running calls", "address"],
        [
            .. instances.Select(one => new[]
            {
                one.Cluster, one.Name, one.IsDrained ? $"{one.Health}, drained" : one.Health,
                one.Weight?.ToString(CultureInfo.InvariantCulture) ?? "-", one.RunningCalls.ToString(CultureInfo.InvariantCulture),
                one.Address,
            }),
        ],
        column => column is 3 or 4));
}
