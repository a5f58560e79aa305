using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Ledger;

/// <summary>The claims that were started on one channel, by its journal, since it has its parties.</summary>
internal sealed class StartedClaims
{
    private readonly Dictionary<ChannelNonce, UInt256> _totals = [];

    /// <summary>Takes in the next entry.</summary>
    public void Take(in JournalEntry entry)
    {
        if (entry.Kind == EntryKind.SetAside)
        {
            _totals.Clear(); // those before belong to other parties
        }
        else if (entry.Kind == EntryKind.Claim)
        {
            _totals[entry.Nonce] = entry.Amount;
        }
    }

    /// <summary>The faults of a record that has lost a total which the chain did not show as claimed.</summary>
    public IEnumerable<string> MissingIn(ChannelRecord record) => _totals
        .Where(claim => record.Reading is { } reading && claim.Key >= reading.Nonce
            && !record.Earlier.Any(kept => kept.Nonce == claim.Key && kept.Amount == claim.Value))
        .Select(claim => $"the claim of {claim.Value} cogs of nonce {claim.Key} was started, and the record does not hold it");
}
