namespace SnetGateway.Gateway.Admin;

/// <summary>A bound for requests that run at the same time.</summary>
/// <param name="max">So many.</param>
internal sealed class RunningLimit(int max)
{
    private int _running;

    /// <summary>False where there are too many. Otherwise the caller calls <see cref="Leave"/>.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _running) <= max)
        {
            return true;
        }

        Interlocked.Decrement(ref _running);
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _running);
}
