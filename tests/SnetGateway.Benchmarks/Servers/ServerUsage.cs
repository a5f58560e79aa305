using SnetGateway.Benchmarks.Market;

namespace SnetGateway.Benchmarks.Servers;

/// <summary>What a server had used at one moment, or between two.</summary>
/// <param name="Cpu">User plus system time of all its processes.</param>
/// <param name="AllocatedBytes">Bytes its runtime had allocated; 0 for a server without the probe.</param>
/// <param name="CompiledMethods">Methods its runtime had compiled, each optimized version counted; 0 without the probe.</param>
/// <param name="ResidentBytes">Memory of all its processes at the (later) moment.</param>
/// <param name="Chain">What it asked the chain; nothing for a server that knows none.</param>
internal readonly record struct ServerUsage(TimeSpan Cpu, long AllocatedBytes, long CompiledMethods, long ResidentBytes, ChainCalls Chain)
{
    public static ServerUsage operator -(ServerUsage later, ServerUsage earlier) =>
        new(
            later.Cpu - earlier.Cpu, later.AllocatedBytes - earlier.AllocatedBytes, later.CompiledMethods - earlier.CompiledMethods,
            later.ResidentBytes, later.Chain - earlier.Chain);

    /// <summary>What was used between two moments, and again between two later ones.</summary>
    public static ServerUsage operator +(ServerUsage earlier, ServerUsage later) =>
        new(
            earlier.Cpu + later.Cpu, earlier.AllocatedBytes + later.AllocatedBytes, earlier.CompiledMethods + later.CompiledMethods,
            later.ResidentBytes, earlier.Chain + later.Chain);
}
