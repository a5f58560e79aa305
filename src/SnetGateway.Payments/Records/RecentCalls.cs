using System.Runtime.CompilerServices;

namespace SnetGateway.Payments.Records;

/// <summary>
/// The ids of a record's last eight settles, newest first. A value, so that carrying them from record to record costs no allocation.
/// </summary>
[InlineArray(Length)]
public struct RecentCalls
{
    public const int Length = 8;

    private CallId _first;

    /// <summary>These with <paramref name="newest"/> in front; the oldest is dropped.</summary>
    public readonly RecentCalls With(CallId newest)
    {
        RecentCalls next = default;
        next[0] = newest;
        ReadOnlySpan<CallId> these = this;
        these[..^1].CopyTo(next[1..]);
        return next;
    }

    public readonly bool Contains(CallId id) => ((ReadOnlySpan<CallId>)this).Contains(id);
}
