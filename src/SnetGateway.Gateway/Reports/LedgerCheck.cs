using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Ledger;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Reports;

/// <summary>The ledger compared with its journal.</summary>
/// <param name="Channels">Channels that were compared.</param>
/// <param name="Counters">Plans and counts of free calls that were compared.</param>
/// <param name="Entries">Journal entries of all.</param>
/// <param name="Delivered">Sum of the prices of all calls in the journal, in cogs.</param>
/// <param name="Faults">How many faults were found.</param>
/// <param name="Findings">Faults, and notes that are none, each with what it is of.</param>
internal sealed record LedgerCheck(
    long Channels, long Counters, long Entries, string Delivered, long Faults, IReadOnlyList<string> Findings)
{
    /// <summary>
    /// Compares them, also while gateways write. Throws <see cref="StoreUnavailableException"/> or <see cref="LedgerFormatException"/>.
    /// </summary>
    /// <param name="store">The ledger.</param>
    /// <param name="recovery">Recovers signers.</param>
    /// <param name="escrow">The contract of the channels.</param>
    /// <param name="retention">Time that journals are kept; zero: indefinitely.</param>
    /// <param name="maxFindings">Findings that are kept.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<LedgerCheck> RunAsync(
        IRecordStore store, ISignerRecovery recovery, Address escrow, TimeSpan retention, int maxFindings,
        CancellationToken cancellationToken)
    {
        long channels = 0, counters = 0, entries = 0, faults = 0;
        UInt256 delivered = UInt256.Zero;
        var findings = new List<string>();
        var ofChannels = new LedgerVerifier(store, recovery, escrow, TimeProvider.System, retention);
        await foreach (ChannelVerification finding in ofChannels.VerifyAsync(cancellationToken))
        {
            channels++;
            entries += finding.Entries;
            delivered = delivered.SaturatingAdd(finding.Delivered);
            Add($"channel {finding.Channel}", finding.Faults, finding.Notes);
        }

        await foreach (CounterVerification finding in
            new CounterVerifier(store, TimeProvider.System, retention).VerifyAsync(cancellationToken))
        {
            counters++;
            entries += finding.Entries;
            Add(finding.Name, finding.Faults, []);
        }

        return new LedgerCheck(channels, counters, entries, delivered.ToString(), faults, findings);

        void Add(string of, IReadOnlyList<string> foundFaults, IReadOnlyList<string> notes)
        {
            faults += foundFaults.Count;
            findings.AddRange(foundFaults.Select(fault => $"{of}: FAULT: {fault}").Concat(notes.Select(note => $"{of}: note: {note}"))
                .Take(maxFindings - findings.Count));
        }
    }

    /// <summary>As text, findings first.</summary>
    public IEnumerable<string> ToText() =>
    [
        .. Findings,
        $"{Channels} channels{(Counters == 0 ? "" : $", {Counters} plans and counts of free calls")}, {Entries} entries, "
            + $"{Delivered} cogs delivered: {(Faults == 0 ? "clean" : $"{Faults} faults")}",
    ];
}
