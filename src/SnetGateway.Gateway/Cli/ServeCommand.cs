using System.CommandLine;
using SnetGateway.Gateway.Configuration;
using SnetGateway.Storage;

namespace SnetGateway.Gateway.Cli;

/// <summary>`serve`, the default command: runs the gateway until it is asked to stop.</summary>
internal static class ServeCommand
{
    public static Command Create(CommandContext context, BuildGateway build)
    {
        var command = new Command("serve", "Runs the gateway. The default.");
        command.SetAction((parsed, cancellationToken) => RunAsync(context, build, parsed, cancellationToken));
        return command;
    }

    public static async Task<int> RunAsync(
        CommandContext context, BuildGateway build, ParseResult parsed, CancellationToken cancellationToken)
    {
        ConfigurationLoader loader = context.Loader(parsed);
        if (await context.LoadAsync(loader) is not { } result)
        {
            return ExitCodes.Usage;
        }

        try
        {
            await using WebApplication app = build(loader, result);
            await app.StartAsync(cancellationToken);
            await app.WaitForShutdownAsync(cancellationToken);
            return ExitCodes.Done;
        }
        catch (LedgerInUseException exception)
        {
            throw new CommandException(ExitCodes.Usage, exception.Message);
        }
    }
}

/// <summary>Builds the gateway of a valid configuration.</summary>
internal delegate WebApplication BuildGateway(ConfigurationLoader loader, ConfigurationResult result);
