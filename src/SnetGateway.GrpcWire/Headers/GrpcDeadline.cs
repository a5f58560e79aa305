namespace SnetGateway.GrpcWire.Headers;

/// <summary>Makes a token of a timeout.</summary>
internal static class GrpcDeadline
{
    /// <summary>The longest time a timer can be set to, some 49 days; a deadline beyond it never comes.</summary>
    private static readonly TimeSpan LongestTimer = TimeSpan.FromMilliseconds(uint.MaxValue - 1d);

    /// <summary>A source that is cancelled when the time is over, or null when that is too far off to wait for.</summary>
    public static CancellationTokenSource? Start(TimeSpan timeout, TimeProvider time) =>
        timeout > LongestTimer ? null : new CancellationTokenSource(timeout < TimeSpan.Zero ? TimeSpan.Zero : timeout, time);
}
