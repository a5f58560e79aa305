namespace SnetGateway.Gateway.Cli;

/// <summary>Ends a command with one line for the person who called it.</summary>
internal sealed class CommandException : Exception
{
    public CommandException(int exitCode, string message)
        : base(message) => Code = exitCode;

    public int Code { get; }
}
