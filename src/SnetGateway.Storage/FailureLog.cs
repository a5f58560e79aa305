namespace SnetGateway.Storage;

/// <summary>
/// Logs the first failure of a series and the first success after it, so that an outage is two log lines and not one per call. Safe for
/// concurrent use; a success outside of an outage costs one read.
/// </summary>
/// <param name="logFailure">Logs the error that began the outage.</param>
/// <param name="logRecovery">Logs its end.</param>
public sealed class FailureLog(Action<string> logFailure, Action logRecovery)
{
    private int _isFailing;

    /// <summary>True from the first failure of a series to the success that ends it.</summary>
    public bool IsFailing => Volatile.Read(ref _isFailing) != 0;

    /// <summary>Logs the error if it is the first of a series.</summary>
    public void Failed(string error)
    {
        if (Interlocked.Exchange(ref _isFailing, 1) == 0)
        {
            logFailure(error);
        }
    }

    /// <summary>Ends a series of failures, if there is one.</summary>
    public void Succeeded()
    {
        if (IsFailing && Interlocked.Exchange(ref _isFailing, 0) != 0)
        {
            logRecovery();
        }
    }
}
