namespace SnetGateway.Gateway.Cli;

/// <summary>Ends a command with one line for the person who called it.</summary>
internal sealed class CommandException(int exitCode, string message) : Exception(message)
{
    public int Code { get; } = exitCode;
}
