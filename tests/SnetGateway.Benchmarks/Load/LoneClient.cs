using System.Globalization;

namespace SnetGateway.Benchmarks.Load;

/// <summary>What a paid call costs a client that is alone: nothing shares its sync, and every thread was asleep.</summary>
/// <param name="P50">Median latency in microseconds.</param>
/// <param name="MostP50">The bar: 1.5 times bare YARP's, and one sync.</param>
/// <param name="Sync">Median of 1,000 syncs of as much as one commit writes, in microseconds.</param>
/// <param name="StoreToYarp">CPU a call beyond the same gateway with its ledger in memory, to bare YARP's CPU a call.</param>
internal sealed record LoneClient(double P50, double MostP50, double Sync, double StoreToYarp)
{
    /// <summary>Bar of <see cref="StoreToYarp"/>.</summary>
    public const double MostStoreToYarp = 0.7;

    private const double MostYarps = 1.5;
    private const int Syncs = 1_000;
    private const int CommitBytes = 2 * (4_096 + 24); // two pages of the write-ahead log

    public static LoneClient Of(
        IReadOnlyList<PhaseResult> yarp, IReadOnlyList<PhaseResult> gateway, IReadOnlyList<PhaseResult> memory, double sync)
    {
        (LoadFigures proxy, LoadFigures paid) = (LoadFigures.Of(yarp), LoadFigures.Of(gateway));
        return new LoneClient(
            paid.P50Microseconds,
            (MostYarps * proxy.P50Microseconds) + sync,
            sync,
            LoadFigures.Median(
                [.. yarp.Zip(gateway, memory)],
                round => (round.Second.CpuMicrosecondsPerCall - round.Third.CpuMicrosecondsPerCall) / round.First.CpuMicrosecondsPerCall));
    }

    /// <summary>Median time of a sync in microseconds, on the ledger's file system, into a file that has its length already.</summary>
    public static double MeasureSync(string folder, TimeProvider time)
    {
        string path = Path.Combine(folder, "sync");
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 0, FileOptions.DeleteOnClose);
        byte[] commit = new byte[CommitBytes];
        file.Write(new byte[Syncs * CommitBytes]);
        file.Flush(flushToDisk: true);
        double[] times = new double[Syncs];
        for (int i = 0; i < Syncs; i++)
        {
            RandomAccess.Write(file.SafeFileHandle, commit, (long)i * CommitBytes);
            long start = time.GetTimestamp();
            RandomAccess.FlushToDisk(file.SafeFileHandle);
            times[i] = time.GetElapsedTime(start).TotalMicroseconds;
        }

        return LoadFigures.Median(times, sync => sync);
    }

    public IReadOnlyList<string> MissedBars()
    {
        var missed = new List<string>();
        if (P50 > MostP50)
        {
            missed.Add(string.Create(
                CultureInfo.InvariantCulture, $"missed: p50 of one client: {P50:0} us, the bar is at most {MostP50:0} us"));
        }

        if (StoreToYarp > MostStoreToYarp)
        {
            missed.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"missed: the store's CPU a call to bare YARP's: {StoreToYarp:0.00}, the bar is at most {MostStoreToYarp}"));
        }

        return missed;
    }

    public void WriteText(TextWriter output)
    {
        output.WriteLine(
            $"one client: p50 {P50:F0} us, bar at most {MostP50:F0} us: {MostYarps} times bare YARP's and one sync ({Sync:F0} us)");
        output.WriteLine($"one client: the store takes {StoreToYarp:F2} of bare YARP's CPU a call, bar at most {MostStoreToYarp}");
    }
}
