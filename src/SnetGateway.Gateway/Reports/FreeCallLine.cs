using SnetGateway.Payments.Counters;
using SnetGateway.Payments.Ledger;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Reports;

/// <summary>The free calls that a user has made of one service.</summary>
/// <param name="Address">The user.</param>
/// <param name="CallsMade">How many.</param>
/// <param name="Service">The configured name of the service; `-` where the ledger does not say.</param>
/// <param name="Count">Distinguishes the counts of one address.</param>
/// <param name="LastChange">The time of the newest entry.</param>
internal sealed record FreeCallLine(string Address, string CallsMade, string Service, string Count, DateTimeOffset? LastChange)
{
    private static readonly string[] s_columns = ["address", "calls made", "service", "count", "last change"];

    public static FreeCallLine Of(CounterRecord count)
    {
        CounterEntry? newest = count.NewestEntry.IsEmpty ? null : CounterEntry.Read(count.NewestEntry);
        return new FreeCallLine(
            CounterName.AddressOf(count.Key).ToString(), count.Used.ToString(),
            newest is { Lines.Count: > 0 } ? newest.Lines[0].Service : "-", HashOf(count), newest?.At);
    }

    /// <summary>A row for each count.</summary>
    public static ReportTable Table(IEnumerable<FreeCallLine> counts) => new(
        s_columns,
        [
            .. counts.Select(count => new[]
            {
                count.Address, count.CallsMade, count.Service, count.Count,
                count.LastChange is { } at ? ReportText.Time(at) : "-",
            }),
        ],
        column => column == 1);

    internal static string HashOf(CounterRecord count) => Convert.ToHexStringLower(count.Key.Id.Span[Payments.Values.Address.Size..])[..12];
}

/// <summary>The history of one count of free calls.</summary>
/// <param name="Address">The user.</param>
/// <param name="Name">What is counted, for people.</param>
/// <param name="Count">Distinguishes the counts of one address.</param>
/// <param name="CallsMade">How many calls were made.</param>
/// <param name="Entries">Its journal, oldest first.</param>
internal sealed record FreeCallStory(string Address, string Name, string Count, string CallsMade, IReadOnlyList<FreeCallStoryEntry> Entries)
{
    /// <summary>The histories of all counts of a user.</summary>
    /// <param name="history">The ledger.</param>
    /// <param name="user">The user.</param>
    /// <param name="maxEntries">Journal entries of each count that are kept, the newest ones.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<IReadOnlyList<FreeCallStory>> ReadAsync(
        LedgerHistory history, Address user, int maxEntries, CancellationToken cancellationToken)
    {
        var stories = new List<FreeCallStory>();
        await foreach (CounterRecord count in history.CountersAsync(RecordKind.FreeCallCount, cancellationToken))
        {
            if (CounterName.AddressOf(count.Key) == user)
            {
                List<FreeCallStoryEntry> entries = await ChannelStory.NewestAsync(
                    history.EntriesAsync(count, cancellationToken), entry => new FreeCallStoryEntry(entry), maxEntries);
                string name = CounterName.Of(count.Key);
                stories.Add(new FreeCallStory(
                    user.ToString(), $"{char.ToUpperInvariant(name[0])}{name[1..]}", FreeCallLine.HashOf(count), count.Used.ToString(),
                    entries));
            }
        }

        return stories;
    }

    /// <summary>As text, oldest entry first, then the current state.</summary>
    public IEnumerable<string> ToText() =>
    [
        Name,
        .. Entries.Select(entry =>
        {
            string calls = string.Join(", ", entry.Calls.Select(line => $"{line.Service} {line.Method} {line.Calls} times"));
            return entry.Kind == "reset"
                ? $"  {entry.Sequence}. {ReportText.Time(entry.At)}  reset by the operator"
                : $"  {entry.Sequence}. {ReportText.Time(entry.At)}  {calls}: {entry.CallsMade} made";
        }),
        $"  now {CallsMade} made",
    ];
}

/// <summary>One entry of a count's journal.</summary>
internal sealed record FreeCallStoryEntry(
    long Sequence, string Kind, DateTimeOffset At, string CallsMade, IReadOnlyList<CountedCalls> Calls)
{
    public FreeCallStoryEntry(CounterEntry entry)
        : this(
            entry.Sequence, entry.Kind == CounterEntryKind.Reset ? "reset" : "use", entry.At, entry.Used.ToString(),
            [.. entry.Lines.Select(line => new CountedCalls(line))])
    {
    }
}
