using System.Runtime.CompilerServices;
using SnetGateway.Payments.Records;

namespace SnetGateway.Payments.Counters;

/// <summary>
/// The id of the last write of each of the 16 gateways that wrote last, newest first. The last writes of all gateways together would not
/// do: while one gateway waits for the outcome of its write, others write many times. A gateway has one write of a counter at a time, so
/// its last one is enough.
/// </summary>
[InlineArray(Length)]
public struct CounterWriters
{
    public const int Length = 16;

    private CallId _first;

    /// <summary>These with <paramref name="newest"/> in front, in place of the same gateway's earlier one or of the oldest.</summary>
    public readonly CounterWriters With(CallId newest)
    {
        CounterWriters next = default;
        next[0] = newest;
        int count = 1;
        foreach (CallId id in (ReadOnlySpan<CallId>)this)
        {
            if (id.Instance != newest.Instance && count < Length)
            {
                next[count++] = id;
            }
        }

        return next;
    }

    public readonly bool Contains(CallId id) => ((ReadOnlySpan<CallId>)this).Contains(id);
}
