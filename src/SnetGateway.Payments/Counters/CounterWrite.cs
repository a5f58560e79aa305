using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Counters;

/// <summary>One conditional write of a counter, from its preparation until its outcome is known.</summary>
/// <param name="before">The record that the write compares with; of revision 0 where there is none.</param>
/// <param name="next">The record after it.</param>
/// <param name="amount">What it uses.</param>
internal sealed class CounterWrite(CounterRecord before, CounterRecord next, UInt256 amount)
{
    public CounterRecord Next => next;

    public CallId Id => next.Writers[0];

    public UInt256 Amount => amount;

    /// <summary>A write that uses nothing raises what is planned.</summary>
    public bool IsPurchase => amount.IsZero;

    /// <summary>Revision that the write compares with.</summary>
    public long Expected => before.Revision;

    /// <summary>Its amount is in the counter's record, or was given back. Guarded by the counter's lock.</summary>
    public bool IsCounted { get; set; }

    public RecordWrite ToRecordWrite() =>
        new(next.Key, Expected, CounterRecordCodec.Write(next), next.Sequence, next.NewestEntry, before.NewestEntry);
}
