using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Counters;

/// <summary>
/// The record of one counter in the store: the used amount, and the planned one. A prepaid plan counts cogs up to the planned amount, free
/// calls count calls up to a quota that is not part of the record. Immutable; replaced by one conditional write.
/// </summary>
public sealed record CounterRecord
{
    /// <summary>Revision that the store gave it. Not part of the value, and set before the record is shared.</summary>
    public long Revision { get; internal set; }

    public required RecordKey Key { get; init; }

    /// <summary>What was bought; zero for counters whose limit is configured.</summary>
    public UInt256 Planned { get; init; }

    /// <summary>What was used; it only rises.</summary>
    public UInt256 Used { get; init; }

    /// <summary>The last write of each gateway, so that a write whose response was lost can be found.</summary>
    public CounterWriters Writers { get; init; }

    /// <summary>Number of the newest journal entry, from 1; 0 before any.</summary>
    public long Sequence { get; init; }

    /// <summary>The newest journal entry, whole, so that the next writer can journal it too. Its hash is the next entry's link.</summary>
    public ReadOnlyMemory<byte> NewestEntry { get; init; }
}
