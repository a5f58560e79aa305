using System.CommandLine;
using System.Net.Sockets;
using SnetGateway.Gateway.Configuration;
using SnetGateway.Gateway.Listeners;
using SnetGateway.Gateway.PaymentCore;
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
            try
            {
                await app.StartAsync(cancellationToken);
            }
            catch (OperationCanceledException) when (
                cancellationToken.IsCancellationRequested || app.Lifetime.ApplicationStopping.IsCancellationRequested)
            {
                // Asked to stop before it had started: no failure, for a supervisor.
                await app.StopAsync(CancellationToken.None);
                return ExitCodes.Done;
            }
            catch
            {
                // What has started must stop before the container is disposed: it would fail there, and log that.
                await app.StopAsync(CancellationToken.None);
                throw;
            }

            await app.WaitForShutdownAsync(cancellationToken);
            return ExitCodes.Done;
        }
        catch (Exception exception) when (exception is LedgerInUseException or LedgerBehindException or PayeeNotConfirmedException)
        {
            throw new CommandException(ExitCodes.Usage, exception.Message);
        }
        catch (SocketException exception)
        {
            // Kestrel names the address only when it is in use.
            throw new CommandException(ExitCodes.Failed, $"cannot open {ListenerOptions.Section}: {exception.Message}");
        }
    }
}

/// <summary>Builds the gateway of a valid configuration.</summary>
internal delegate WebApplication BuildGateway(ConfigurationLoader loader, ConfigurationResult result);
