using SnetGateway.Benchmarks.Servers;

namespace SnetGateway.Benchmarks.Load;

/// <summary>What one measured stretch of load showed.</summary>
/// <param name="Calls">Calls answered with OK.</param>
/// <param name="Elapsed">How long it took.</param>
/// <param name="Server">What the server under test used meanwhile.</param>
/// <param name="DriverCpu">What the driver itself used.</param>
/// <param name="P50Microseconds">Median latency seen by the clients.</param>
/// <param name="P99Microseconds">Latency that one call in a hundred exceeds.</param>
/// <param name="ResidentBytes">Memory of the server at the end.</param>
internal sealed record PhaseResult(
    long Calls, TimeSpan Elapsed, ServerUsage Server, TimeSpan DriverCpu, double P50Microseconds, double P99Microseconds, long ResidentBytes)
{
    public double CallsPerSecond => Calls / Elapsed.TotalSeconds;

    public double CpuMicrosecondsPerCall => Server.Cpu.TotalMicroseconds / Calls;

    public double DriverMicrosecondsPerCall => DriverCpu.TotalMicroseconds / Calls;

    public double AllocatedBytesPerCall => (double)Server.AllocatedBytes / Calls;

    public double ResidentMiB => ResidentBytes / (1024.0 * 1024.0);
}
