namespace SnetGateway.Storage;

/// <summary>
/// Logs the first failure of a series and the first success after it, so that an outage is two log lines and not one per call. Safe for
/// concurrent use; a success outside of an outage costs one read.
/// </summary>
/// <param name="logFailure">Logs the error that began the outage.</param>
/// <param name="logRecovery">Logs its end.</param>
internal sealed class FailureLog(Action<string> logFailure, Action logRecovery)
{
    private int _isFailing;

    public void Failed(string error)
    {
        if (Interlocked.Exchange(ref _isFailing, 1) == 0)
        {
            logFailure(error);
        }
    }

    public void Succeeded()
    {
        if (Volatile.Read(ref _isFailing) != 0 && Interlocked.Exchange(ref _isFailing, 0) != 0)
        {
            logRecovery();
        }
    }
}
