using SnetGateway.Payments.Records;

namespace SnetGateway.Storage;

/// <summary>Limits that hold for every store. A commit beyond them is a programming error and throws before anything is queued.</summary>
internal static class StoreLimits
{
    public const int MaxIdLength = 64;
    public const int MaxValueLength = 65_536;

    /// <summary>Most writes of one commit: with its comparisons it fits into one etcd transaction.</summary>
    public const int MaxWrites = 32;

    /// <summary>How often a store looks for commits that exceed their time limit: a tenth of the limit, at most 500 ms.</summary>
    public static TimeSpan SweepPeriod(TimeSpan commitTimeout) =>
        TimeSpan.FromTicks(Math.Min(commitTimeout.Ticks / 10, TimeSpan.TicksPerSecond / 2));

    /// <summary>Throws <see cref="ArgumentException"/> when a commit is outside the limits.</summary>

    public static void Check(ReadOnlySpan<RecordWrite> writes)
    {
        if (writes.IsEmpty || writes.Length > MaxWrites)
        {
            throw new ArgumentException($"A commit has 1 to {MaxWrites} writes, not {writes.Length}.", nameof(writes));
        }

        for (int i = 0; i < writes.Length; i++)
        {
            ref readonly RecordWrite write = ref writes[i];
            if (write.Key.Id.Length is 0 or > MaxIdLength)
            {
                throw new ArgumentException($"A record's id has 1 to {MaxIdLength} bytes, not {write.Key.Id.Length}.", nameof(writes));
            }

            if (write.Value.Length is 0 or > MaxValueLength || write.Entry.Length > MaxValueLength)
            {
                throw new ArgumentException($"A value has 1 to {MaxValueLength} bytes, an entry at most as many.", nameof(writes));
            }

            if (write.ExpectedRevision < 0 || (!write.Entry.IsEmpty && write.EntrySequence < 1))
            {
                throw new ArgumentException("Revisions are not negative, and journal entries are numbered from 1.", nameof(writes));
            }

            for (int earlier = 0; earlier < i; earlier++)
            {
                if (writes[earlier].Key == write.Key)
                {
                    throw new ArgumentException("A commit writes each record once.", nameof(writes));
                }
            }
        }
    }
}
