namespace SnetGateway.Gateway.Backends.Processes;

/// <summary>Log messages about programs.</summary>
internal static partial class ProcessLog
{
    [LoggerMessage(EventId = 5101, EventName = "ProgramWrote", Level = LogLevel.Information, Message = "{Program} for {Method}: {Line}")]
    public static partial void ProgramWrote(ILogger logger, string program, string method, string line);

    [LoggerMessage(EventId = 5103, EventName = "ProgramNotStarted", Level = LogLevel.Warning,
        Message = "{Program} for {Method} could not be started: {Reason}")]
    public static partial void ProgramNotStarted(ILogger logger, string program, string method, string reason);

    [LoggerMessage(EventId = 5104, EventName = "ProgramFailed", Level = LogLevel.Warning,
        Message = "{Program} for {Method} ended with exit code {Code}: {LastLine}")]
    public static partial void ProgramFailed(ILogger logger, string program, string method, string code, string lastLine);

    [LoggerMessage(EventId = 5105, EventName = "ProgramLeftOutputOpen", Level = LogLevel.Warning,
        Message = "{Program} for {Method} has ended, but a process outside of its process group keeps its output open. "
            + "The gateway does not wait for it.")]
    public static partial void ProgramLeftOutputOpen(ILogger logger, string program, string method);
}
