using SnetGateway.Payments.Counters;
using SnetGateway.Payments.Ledger;

namespace SnetGateway.Gateway.Reports;

/// <summary>The history of a prepaid plan. Amounts are cogs.</summary>
/// <param name="Nonce">The nonce at which it was bought.</param>
/// <param name="Planned">What it was bought for.</param>
/// <param name="Used">What of it is used.</param>
/// <param name="Entries">Its journal, oldest first.</param>
internal sealed record PlanStory(string Nonce, string Planned, string Used, IReadOnlyList<PlanStoryEntry> Entries)
{
    public PlanStory(PlanHistory plan, int maxEntries)
        : this(
            plan.Nonce.ToString(), plan.Record.Planned.ToString(), plan.Record.Used.ToString(),
            [.. plan.Entries.TakeLast(maxEntries).Select(entry => new PlanStoryEntry(entry))])
    {
    }

    /// <summary>As text, oldest entry first, then the current state.</summary>
    public IEnumerable<string> ToText() =>
    [
        $"  plan of nonce {Nonce}",
        .. Entries.Select(entry =>
        {
            string lines = string.Join(
                ", ", entry.Calls.Select(line => $"{line.Service} {line.Method} {line.Calls} times for {line.Amount} cogs".TrimStart()));
            return $"    {entry.Sequence}. {ReportText.Time(entry.At)}  {lines}: {entry.Used} of {entry.Planned} used";
        }),
        $"    now {Used} of {Planned} cogs used",
    ];
}

/// <summary>One entry of a plan's journal.</summary>
internal sealed record PlanStoryEntry(
    long Sequence, string Kind, DateTimeOffset At, string Planned, string Used, IReadOnlyList<CountedCalls> Calls)
{
    public PlanStoryEntry(CounterEntry entry)
        : this(
            entry.Sequence, entry.Kind == CounterEntryKind.Use ? "use" : "purchase", entry.At, entry.Planned.ToString(),
            entry.Used.ToString(), [.. entry.Lines.Select(line => new CountedCalls(line))])
    {
    }
}

/// <summary>Calls of one method in an entry.</summary>
internal sealed record CountedCalls(ulong Calls, string Amount, string Service, string Method)
{
    public CountedCalls(CounterLine line)
        : this(line.Calls, line.Amount.ToString(), line.Service, line.Method)
    {
    }
}
