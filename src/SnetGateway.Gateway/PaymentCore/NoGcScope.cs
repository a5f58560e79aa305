using System.Runtime;

namespace SnetGateway.Gateway.PaymentCore;

/// <summary>
/// Keeps the garbage collector out of a load whose every object stays: a collection in between frees nothing and carries all of it about, a
/// third of the processor time of a start with 100,000 channels. What does not fit is collected as usual.
/// </summary>
internal readonly struct NoGcScope : IDisposable
{
    /// <summary>Room for some 100,000 channels. Reserved, and taken only as it is filled.</summary>
    private const long Room = 240_000_000;

    private readonly bool _began;

    /// <summary>Begins, where there is memory to spare.</summary>
    public NoGcScope()
    {
        try
        {
            _began = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes > 4 * Room && GC.TryStartNoGCRegion(Room);
        }
        catch (InvalidOperationException)
        {
            // Another gateway in this process loads just now, as in tests.
        }
    }

    /// <summary>Ends it, unless the room was too small and the collector ended it.</summary>
    public void Dispose()
    {
        try
        {
            if (_began && GCSettings.LatencyMode == GCLatencyMode.NoGCRegion)
            {
                GC.EndNoGCRegion();
            }
        }
        catch (InvalidOperationException)
        {
            // It ended in this very moment.
        }
    }
}
