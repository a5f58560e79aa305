using Serilog.Core;
using Serilog.Events;

namespace SnetGateway.Gateway.Logging;

/// <summary>Reports that log files fail, at most once in ten seconds. The report itself is for the console and the hooks.</summary>
internal sealed class LogFileFailures(TimeProvider time) : ILoggingFailureListener
{
    private readonly LogThrottle _throttle = new(time);

    /// <summary>Set when there is a logger to report to; what fails before is a failed startup.</summary>
    public ILogger? Logger { get; set; }

    public void OnLoggingFailed(
        object sender, LoggingFailureKind kind, string message, IReadOnlyCollection<LogEvent>? events, Exception? exception) =>
        Report(exception?.Message ?? message);

    public void Report(string reason)
    {
        if (Logger is { } logger && _throttle.TryTake(out _))
        {
            LogLog.FilesFail(logger, reason);
        }
    }
}
