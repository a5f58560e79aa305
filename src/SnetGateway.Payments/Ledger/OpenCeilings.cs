using System.Globalization;
using SnetGateway.Payments.Records;

namespace SnetGateway.Payments.Ledger;

/// <summary>The calls with a metered price in one channel's journal whose give-back is missing: their ceiling stays charged.</summary>
internal sealed class OpenCeilings
{
    private readonly Dictionary<CallId, JournalEntry> _open = [];
    private long _first;

    /// <summary>One remark for each of them.</summary>
    public IEnumerable<string> Notes => _open.Values.OrderBy(entry => entry.Sequence).Select(entry => string.Create(
        CultureInfo.InvariantCulture,
        $"entry {entry.Sequence}: the metered call {entry.Call} of {entry.At.UtcDateTime:yyyy-MM-dd HH:mm:ss'Z'} was not given "
            + $"anything back: its ceiling of {entry.Price} cogs stays charged, unless it still runs"));

    /// <summary>Takes in the next entry, and returns what is wrong with it.</summary>
    public string? Take(in JournalEntry entry)
    {
        _first = _first == 0 ? entry.Sequence : _first;
        if (entry.IsCeiling)
        {
            _open[entry.Call] = entry;
        }
        else if (entry.Kind == EntryKind.GiveBack)
        {
            // The settle of a journal that begins later may be of before.
            return !_open.Remove(entry.Call, out JournalEntry settle)
                ? _first > 1 ? null : $"entry {entry.Sequence} gives back for call {entry.Call}, which has no ceiling"
                : settle.Price < entry.Price ? $"entry {entry.Sequence} gives {entry.Price} cogs back of {settle.Price}"
                : null;
        }

        return null;
    }
}
