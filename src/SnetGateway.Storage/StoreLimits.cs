using SnetGateway.Payments.Records;

namespace SnetGateway.Storage;

/// <summary>What any store takes; beyond it is an error of the caller's, refused before anything is queued.</summary>
internal static class StoreLimits
{
    public const int MaxIdLength = 64;
    public const int MaxValueLength = 65_536;

    /// <summary>Most writes of one commit: what an etcd transaction surely takes with its comparisons.</summary>
    public const int MaxWrites = 32;

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
