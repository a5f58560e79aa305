using System.Runtime;

namespace SnetGateway.Gateway.PaymentCore;

/// <summary>
/// Keeps the garbage collector from running while all records are loaded: every object stays, so a collection would free nothing and move
/// all of them, a third of the processor time of a startup with 100,000 channels. Memory beyond the reserved size is collected as usual.
/// </summary>
internal readonly struct NoGcScope : IDisposable
{
    /// <summary>Reserved bytes, enough for some 100,000 channels; committed only as they are used.</summary>
    private const long ReservedBytes = 240_000_000;

    private readonly bool _began;

    /// <summary>Begins, if enough memory is available.</summary>
    public NoGcScope()
    {
        try
        {
            _began = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes > 4 * ReservedBytes && GC.TryStartNoGCRegion(ReservedBytes);
        }
        catch (InvalidOperationException)
        {
            // Another gateway of this process is loading, as in tests.
        }
    }

    /// <summary>Ends it, unless the reserved size was exceeded and the collector has ended it.</summary>
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
            // The collector has just ended it.
        }
    }
}
