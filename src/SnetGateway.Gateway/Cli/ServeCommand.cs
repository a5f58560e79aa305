using System.CommandLine;

namespace SnetGateway.Gateway.Cli;

/// <summary>
/// `serve`, the default command: runs the gateway until it is asked to stop, and with `--with` further gateways in the same process.
/// </summary>
internal static class ServeCommand
{
    public static Command Create(CommandContext context, BuildGateway build)
    {
        var command = new Command("serve", "Runs the gateway. The default.") { context.With };
        command.SetAction((parsed, cancellationToken) => RunAsync(context, build, parsed, cancellationToken));
        return command;
    }

    public static async Task<int> RunAsync(
        CommandContext context, BuildGateway build, ParseResult parsed, CancellationToken cancellationToken)
    {
        if (await context.LoadAllAsync(parsed) is not { } configurations)
        {
            return ExitCodes.Usage;
        }

        await using var gateways = new GatewaySet(build);
        await gateways.RunAsync(configurations, cancellationToken);
        return ExitCodes.Done;
    }
}
