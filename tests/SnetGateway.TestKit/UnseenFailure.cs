namespace SnetGateway.TestKit;

/// <summary>Whether the runtime reports the failure of a task that nobody looked at. Told apart from others by its message.</summary>
public sealed class UnseenFailure : IDisposable
{
    private volatile bool isReported;

    /// <summary>Listens until it is disposed.</summary>
    public UnseenFailure() => TaskScheduler.UnobservedTaskException += Note;

    /// <summary>The message for the failure that is watched for.</summary>
    public string Message { get; } = $"late {Guid.NewGuid()}";

    /// <summary>Has everything collected that nobody holds, and tells whether the failure was among it.</summary>
    public bool IsReportedNow()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return isReported;
    }

    /// <inheritdoc/>
    public void Dispose() => TaskScheduler.UnobservedTaskException -= Note;

    private void Note(object? sender, UnobservedTaskExceptionEventArgs report) =>
        isReported |= report.Exception.InnerExceptions.Any(inner => inner.Message == Message);
}
