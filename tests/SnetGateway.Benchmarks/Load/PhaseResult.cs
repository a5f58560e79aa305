using SnetGateway.Benchmarks.Servers;

namespace SnetGateway.Benchmarks.Load;

/// <summary>What one measured stretch of load showed, or several of one server together.</summary>
/// <param name="Calls">Calls answered with OK.</param>
/// <param name="Elapsed">How long it took.</param>
/// <param name="Server">What the server under test used meanwhile.</param>
/// <param name="DriverCpu">What the driver itself used.</param>
/// <param name="Latencies">Seen by the clients.</param>
/// <param name="ResidentBytes">Memory of the server at the end.</param>
internal sealed record PhaseResult(
    long Calls, TimeSpan Elapsed, ServerUsage Server, TimeSpan DriverCpu, LatencyHistogram Latencies, long ResidentBytes)
{
    /// <summary>Median latency.</summary>
    public double P50Microseconds => Latencies.QuantileMicroseconds(0.50);

    /// <summary>Latency that one call in a hundred exceeds.</summary>
    public double P99Microseconds => Latencies.QuantileMicroseconds(0.99);

    public double CallsPerSecond => Calls / Elapsed.TotalSeconds;

    public double CpuMicrosecondsPerCall => Server.Cpu.TotalMicroseconds / Calls;

    public double DriverMicrosecondsPerCall => DriverCpu.TotalMicroseconds / Calls;

    public double AllocatedBytesPerCall => (double)Server.AllocatedBytes / Calls;

    public double ResidentMiB => ResidentBytes / (1024.0 * 1024.0);

    /// <summary>Both together; memory as it was at the later one's end.</summary>
    public static PhaseResult operator +(PhaseResult earlier, PhaseResult later)
    {
        var latencies = new LatencyHistogram();
        latencies.Add(earlier.Latencies);
        latencies.Add(later.Latencies);
        return new PhaseResult(
            earlier.Calls + later.Calls, earlier.Elapsed + later.Elapsed, earlier.Server + later.Server,
            earlier.DriverCpu + later.DriverCpu,
            latencies, later.ResidentBytes);
    }
}
