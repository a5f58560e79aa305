using System.Globalization;

namespace SnetGateway.Benchmarks.Load;

/// <summary>What the load report is held to by <c>--check</c>; docs/performance.md has the same figures.</summary>
internal static class LoadBars
{
    public const double LeastCallsToYarp = 0.55;
    public const double MostCpuToYarp = 2.2;
    public const double MostAllocatedBytes = 2048;
    public const double MostChainReads = 0.001;

    /// <summary>One line for each bar that was missed. A figure that is none misses its bar.</summary>
    public static IReadOnlyList<string> Missed(
        double callsToYarp, double cpuToYarp, double allocatedBytesPerCall, double chainCallsPerCall, bool ledgerVerified)
    {
        var missed = new List<string>();
        Ask(callsToYarp >= LeastCallsToYarp, "calls/s to bare YARP's", callsToYarp, "at least", LeastCallsToYarp);
        Ask(cpuToYarp <= MostCpuToYarp, "CPU a call to bare YARP's", cpuToYarp, "at most", MostCpuToYarp);
        Ask(
            allocatedBytesPerCall <= MostAllocatedBytes, "bytes allocated a call beyond bare YARP", allocatedBytesPerCall, "at most",
            MostAllocatedBytes);
        Ask(chainCallsPerCall <= MostChainReads, "channel reads from the chain a call", chainCallsPerCall, "at most", MostChainReads);
        if (!ledgerVerified)
        {
            missed.Add("missed: the ledger did not verify");
        }

        return missed;

        void Ask(bool met, string what, double figure, string bound, double bar)
        {
            if (!met)
            {
                missed.Add(string.Create(CultureInfo.InvariantCulture, $"missed: {what}: {figure:0.#####}, the bar is {bound} {bar}"));
            }
        }
    }
}
