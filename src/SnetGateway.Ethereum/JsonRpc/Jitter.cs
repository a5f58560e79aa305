namespace SnetGateway.Ethereum.JsonRpc;

/// <summary>Spreads waits over time, so that gateways that lost an endpoint together do not return to it together.</summary>
internal sealed class Jitter(Random random)
{
    private readonly Lock _lock = new();

    /// <summary>Between three quarters and five quarters of <paramref name="about"/>.</summary>
    public TimeSpan Around(TimeSpan about)
    {
        lock (_lock)
        {
            return about * (0.75 + (random.NextDouble() / 2));
        }
    }

    /// <summary>Doubles <paramref name="first"/> with each failure after the first, up to <paramref name="longest"/>, spread.</summary>
    public TimeSpan BackOff(TimeSpan first, TimeSpan longest, int failures)
    {
        TimeSpan wait = first * Math.Pow(2, Math.Clamp(failures - 1, 0, 30));
        return Around(wait < longest ? wait : longest);
    }
}
