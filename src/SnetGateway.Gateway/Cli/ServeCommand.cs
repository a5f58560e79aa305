using System.CommandLine;
using SnetGateway.Gateway.Configuration;
using SnetGateway.Storage;

namespace SnetGateway.Gateway.Cli;

/// <summary>`serve`, and what runs where no command is named: the gateway itself, until it is told to stop.</summary>
internal static class ServeCommand
{
    public static Command Create(CommandContext context)
    {
        var command = new Command("serve", "Runs the gateway. The default.");
        command.SetAction((parsed, cancellationToken) => RunAsync(context, parsed, cancellationToken));
        return command;
    }

    public static async Task<int> RunAsync(CommandContext context, ParseResult parsed, CancellationToken cancellationToken)
    {
        ConfigurationLoader loader = context.Loader(parsed);
        if (await context.LoadAsync(loader) is not { } result)
        {
            return ExitCode.Usage;
        }

        try
        {
            await using WebApplication app = GatewayApp.Build(loader, result);
            await app.StartAsync(cancellationToken);
            GatewayApp.Announce(app);
            await app.WaitForShutdownAsync(cancellationToken);
            return ExitCode.Done;
        }
        catch (LedgerInUseException exception)
        {
            throw new CommandException(ExitCode.Usage, exception.Message);
        }
    }
}
