using Serilog.Core;
using Serilog.Events;

namespace SnetGateway.Gateway.Logging;

/// <summary>Counts the log events of level Error and above.</summary>
internal sealed class ErrorEventCounter : ILogEventSink
{
    private long _count;

    /// <summary>Their number since the start.</summary>
    public long Count => Volatile.Read(ref _count);

    public void Emit(LogEvent logEvent) => Interlocked.Increment(ref _count);
}
