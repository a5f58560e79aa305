namespace SnetGateway.TestKit;

/// <summary>Detects whether the runtime reports the failure of a task as unobserved. It is recognised by its message.</summary>
public sealed class UnseenFailure : IDisposable
{
    private volatile bool _isReported;

    /// <summary>Listens until it is disposed.</summary>
    public UnseenFailure()
    {
        TaskScheduler.UnobservedTaskException += Note;
    }

    /// <summary>The message to use for the failure.</summary>
    public string Message { get; } = $"late {Guid.NewGuid()}";

    /// <summary>Collects garbage, and returns whether the failure was reported.</summary>
    public bool IsReportedNow()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return _isReported;
    }

    /// <inheritdoc/>
    public void Dispose() => TaskScheduler.UnobservedTaskException -= Note;

    private void Note(object? sender, UnobservedTaskExceptionEventArgs report) =>
        _isReported |= report.Exception.InnerExceptions.Any(inner => inner.Message == Message);
}
