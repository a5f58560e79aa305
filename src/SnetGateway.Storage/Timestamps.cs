namespace SnetGateway.Storage;

internal static class Timestamps
{
    /// <summary>A time span in the unit of the clock's timestamps.</summary>
    public static long ToTimestamps(this TimeProvider time, TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);
}
