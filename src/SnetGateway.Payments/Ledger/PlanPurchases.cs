using SnetGateway.Payments.Prepaid;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Ledger;

/// <summary>What was bought with the signed totals of one channel, by its journal: for each nonce, since it has its parties.</summary>
internal sealed class PlanPurchases
{
    private readonly Dictionary<ChannelNonce, UInt256> _sums = [];
    private long _last;

    /// <summary>Entries are missing, so more may have been bought.</summary>
    public bool IsPart { get; private set; }

    public IReadOnlyDictionary<ChannelNonce, UInt256> Sums => _sums;

    /// <summary>Takes in the next entry.</summary>
    public void Take(in JournalEntry entry)
    {
        IsPart |= entry.Sequence != _last + 1;
        _last = entry.Sequence;
        if (entry.Kind == EntryKind.SetAside)
        {
            _sums.Clear(); // the plans before belong to other parties
        }
        else if (entry is { Kind: EntryKind.Settle, Method: PrepaidPlans.Method })
        {
            _sums[entry.Nonce] = _sums.GetValueOrDefault(entry.Nonce).SaturatingAdd(entry.Price);
        }
    }
}
