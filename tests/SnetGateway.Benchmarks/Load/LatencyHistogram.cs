using System.Numerics;

namespace SnetGateway.Benchmarks.Load;

/// <summary>Counts latencies in buckets less than one percent wide, from 100 nanoseconds up to an hour.</summary>
internal sealed class LatencyHistogram
{
    private const int BucketBits = 7;
    private const int BucketsPerOctave = 1 << BucketBits;
    private const int NanosecondsPerUnit = 100;

    private readonly long[] _counts = new long[BucketsPerOctave * 34];

    public long Count { get; private set; }

    public void Clear()
    {
        Array.Clear(_counts);
        Count = 0;
    }

    public void Record(TimeSpan latency)
    {
        _counts[BucketOf((ulong)Math.Max(0, latency.Ticks * TimeSpan.NanosecondsPerTick / NanosecondsPerUnit))]++;
        Count++;
    }

    public void Add(LatencyHistogram other)
    {
        for (int bucket = 0; bucket < _counts.Length; bucket++)
        {
            _counts[bucket] += other._counts[bucket];
        }

        Count += other.Count;
    }

    /// <summary>What was counted up to now.</summary>
    public LatencyHistogram Copy()
    {
        var copy = new LatencyHistogram();
        copy.Add(this);
        return copy;
    }

    /// <summary>
    /// The latency that the share <paramref name="quantile"/> of all calls stayed under, in microseconds; 0 without calls.
    /// </summary>
    public double QuantileMicroseconds(double quantile)
    {
        long wanted = (long)Math.Ceiling(quantile * Count);
        long seen = 0L;
        for (int bucket = 0; bucket < _counts.Length && Count > 0; bucket++)
        {
            seen += _counts[bucket];
            if (seen >= wanted)
            {
                return UpperEdge(bucket) * NanosecondsPerUnit / 1000.0;
            }
        }

        return 0;
    }

    private static int BucketOf(ulong units)
    {
        int shift = Math.Max(0, 63 - BitOperations.LeadingZeroCount(units | 1) - BucketBits);
        return (shift * BucketsPerOctave) + (int)(units >> shift);
    }

    private static double UpperEdge(int bucket)
    {
        // Bucket numbers of one octave run from BucketsPerOctave to twice that, on top of one octave per shift.
        int shift = Math.Max(0, (bucket / BucketsPerOctave) - 1);
        return ((ulong)(bucket - (shift * BucketsPerOctave)) + 1) << shift;
    }
}
