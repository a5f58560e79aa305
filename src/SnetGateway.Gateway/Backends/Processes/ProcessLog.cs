namespace SnetGateway.Gateway.Backends.Processes;

/// <summary>What is said about programs.</summary>
internal static partial class ProcessLog
{
    [LoggerMessage(EventId = 5101, EventName = "ProgramSaid", Level = LogLevel.Information, Message = "{Program} at {Method}: {Line}")]
    public static partial void ProgramSaid(ILogger logger, string program, string method, string line);

    [LoggerMessage(EventId = 5102, EventName = "ProgramSaidTooMuch", Level = LogLevel.Information,
        Message = "{Program} at {Method} wrote more than {Bytes} bytes to its standard error; the rest is dropped")]
    public static partial void ProgramSaidTooMuch(ILogger logger, string program, string method, int bytes);

    [LoggerMessage(EventId = 5103, EventName = "ProgramNotStarted", Level = LogLevel.Warning, Message = "{Program} at {Method} could not be started: {Reason}")]
    public static partial void ProgramNotStarted(ILogger logger, string program, string method, string reason);

    [LoggerMessage(EventId = 5104, EventName = "ProgramFailed", Level = LogLevel.Warning,
        Message = "{Program} at {Method} ended with exit code {Code}, signal {Signal}: {LastLine}")]
    public static partial void ProgramFailed(ILogger logger, string program, string method, int code, int signal, string lastLine);

    [LoggerMessage(EventId = 5105, EventName = "ProgramLeftOutputOpen", Level = LogLevel.Warning,
        Message = "{Program} at {Method} has ended, but a process that left its group still holds its output; it is not waited for")]
    public static partial void ProgramLeftOutputOpen(ILogger logger, string program, string method);
}
