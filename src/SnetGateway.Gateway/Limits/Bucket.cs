using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Threading.RateLimiting;

namespace SnetGateway.Gateway.Limits;

/// <summary>What one payer, one client or all callers together may still do by one rate.</summary>
[SuppressMessage(
    "Design", "CA1001", Justification = "Without a timer they hold nothing to dispose, and calls may end after the bucket was forgotten.")]
internal sealed class Bucket
{
    /// <summary>
    /// The limiter counts time in whole ticks of 100 ns and forgets the rest: asked at each of a million calls a second, it would fill a
    /// tenth too slowly.
    /// </summary>
    private static readonly long s_step = Stopwatch.Frequency / 10_000;

    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(1);

    private readonly TokenBucketRateLimiter? _calls;
    private readonly ConcurrencyLimiter? _running;
    private long _filledAt;

    public Bucket(RateOptions rate)
    {
        if (rate.Calls > 0)
        {
            _calls = new TokenBucketRateLimiter(new TokenBucketRateLimiterOptions
            {
                TokenLimit = rate.Burst > 0 ? rate.Burst : rate.Calls,
                TokensPerPeriod = 1,
                ReplenishmentPeriod = new TimeSpan(Math.Max(1, rate.Period.Ticks / rate.Calls)),
                AutoReplenishment = false, // a timer for each payer would cost more than the calls do
            });
        }

        if (rate.Running > 0)
        {
            _running = new ConcurrencyLimiter(new ConcurrencyLimiterOptions { PermitLimit = rate.Running });
        }
    }

    /// <summary>Counts a call that comes now.</summary>
    /// <param name="running">To be disposed when the call ends; null where running calls are not limited.</param>
    /// <returns>Null, or the time after which a call may be accepted.</returns>
    public TimeSpan? Take(out IDisposable? running)
    {
        running = null;
        if (_running is not null)
        {
            RateLimitLease place = _running.AttemptAcquire();
            if (!place.IsAcquired)
            {
                place.Dispose();
                return s_soon;
            }

            running = place;
        }

        if (_calls is null)
        {
            return null;
        }

        long now = Stopwatch.GetTimestamp();
        if (now - Volatile.Read(ref _filledAt) >= s_step)
        {
            Volatile.Write(ref _filledAt, now);
            _calls.TryReplenish();
        }

        using RateLimitLease token = _calls.AttemptAcquire();
        if (token.IsAcquired)
        {
            return null;
        }

        running?.Dispose();
        running = null;
        return token.TryGetMetadata(MetadataName.RetryAfter, out TimeSpan wait) ? wait : s_soon;
    }
}
