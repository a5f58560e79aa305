using System.Net.Sockets;
using SnetGateway.Gateway.Configuration;
using SnetGateway.Gateway.Listeners;
using SnetGateway.Gateway.PaymentCore;
using SnetGateway.Payments.Records;
using SnetGateway.Storage;

namespace SnetGateway.Gateway.Cli;

/// <summary>What ends a command, as one line and an exit code.</summary>
internal static class CommandFailure
{
    /// <summary>The line for any exception.</summary>
    public static CommandException Of(Exception exception) => exception switch
    {
        CommandException known => known,
        OperationCanceledException => new CommandException(ExitCodes.Failed, "interrupted"),
        StoreUnavailableException or LedgerFormatException or LedgerBehindException or IOException or UnauthorizedAccessException =>
            new CommandException(ExitCodes.Failed, exception.Message),

        // The exception's type helps a maintainer more than its message; the stack does not help an operator.
        _ => new CommandException(ExitCodes.Failed, $"{exception.GetType().Name}: {exception.Message}"),
    };

    /// <summary>The line for a gateway that cannot start.</summary>
    /// <param name="exception">Why.</param>
    /// <param name="file">Its configuration file, where the process has several; null otherwise.</param>
    public static CommandException OfStart(Exception exception, string? file)
    {
        CommandException failure = exception switch
        {
            LedgerInUseException or LedgerBehindException or PayeeNotConfirmedException =>
                new CommandException(ExitCodes.Usage, exception.Message),

            // Kestrel names the address only when it is in use.
            SocketException => new CommandException(ExitCodes.Failed, $"cannot open {ListenerOptions.Section}: {exception.Message}"),
            _ => Of(exception),
        };
        return file is null ? failure : new CommandException(failure.Code, $"{file}: {failure.Message}");
    }
}
