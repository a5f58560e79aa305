using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Counters;

/// <summary>Builds the record that a write leaves behind, with its journal entry.</summary>
internal static class CounterChange
{
    /// <summary>The record after these uses.</summary>
    public static CounterRecord OfUses(
        CounterRecord before, List<CounterUse> uses, UInt256 used, CallId id, DateTimeOffset at)
    {
        var lines = new List<CounterLine>(1);
        foreach (CounterUse use in uses)
        {
            (string service, string method) = (use.Call.Service.Name, use.Call.Method);
            int known = lines.FindIndex(line => line.Method == method && line.Service == service);
            if (known < 0)
            {
                lines.Add(new CounterLine(1, use.Amount, service, method));
            }
            else
            {
                CounterLine line = lines[known];
                lines[known] = line with { Calls = line.Calls + 1, Amount = line.Amount.SaturatingAdd(use.Amount) };
            }
        }

        return After(before, CounterEntryKind.Use, before.Planned, used, lines, id, at);
    }

    /// <summary>
    /// The record after more was bought. A record with more than <paramref name="most"/> was an earlier channel's, and begins anew.
    /// </summary>
    public static CounterRecord OfPurchase(
        CounterRecord before, UInt256 amount, UInt256 most, string method, CallId id, DateTimeOffset at)
    {
        bool isOfOther = before.Planned > most;
        return After(
            before,
            isOfOther ? CounterEntryKind.FirstPurchase : CounterEntryKind.Purchase,
            isOfOther ? amount : before.Planned.SaturatingAdd(amount),
            isOfOther ? UInt256.Zero : before.Used,
            [new CounterLine(1, amount, string.Empty, method)],
            id,
            at);
    }

    /// <summary>The record after the operator set what is used to zero.</summary>
    public static CounterRecord OfReset(CounterRecord before, CallId id, DateTimeOffset at) =>
        After(before, CounterEntryKind.Reset, before.Planned, UInt256.Zero, [], id, at);

    private static CounterRecord After(
        CounterRecord before, CounterEntryKind kind, UInt256 planned, UInt256 used, IReadOnlyList<CounterLine> lines, CallId id,
        DateTimeOffset at)
    {
        var entry = new CounterEntry
        {
            Kind = kind,
            Id = before.Key.Id,
            Sequence = before.Sequence + 1,
            Previous = JournalEntry.HashOf(before.NewestEntry.Span),
            Write = id,
            At = at,
            Planned = planned,
            Used = used,
            Lines = lines,
        };
        return before with
        {
            Revision = 0,
            Planned = planned,
            Used = used,
            Writers = before.Writers.With(id),
            Sequence = entry.Sequence,
            NewestEntry = entry.ToBytes(),
        };
    }
}
