using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Counters;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Ledger;

/// <summary>
/// Compares a copy with its source: every record byte for byte, and what `ledger verify` finds in the journal of each channel and
/// counter. Reads only.
/// </summary>
public sealed class LedgerComparison(
    IRecordStore source, IRecordStore copy, ISignerRecovery recovery, Address escrow, TimeProvider time, TimeSpan retention)
{
    /// <summary>Compares all channels of the source. Throws <see cref="StoreUnavailableException"/>.</summary>
    /// <param name="except">Channels and counters whose record in the copy is newer.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<LedgerComparisonResult> RunAsync(IReadOnlySet<string> except, CancellationToken cancellationToken)
    {
        Dictionary<string, ChannelVerification> found = await VerifyAsync(copy, cancellationToken);
        (long channels, long entries, long faults) = (0, 0, 0);
        UInt256 delivered = UInt256.Zero;
        var differences = new SortedSet<string>(StringComparer.Ordinal);
        foreach ((string channel, ChannelVerification expected) in await VerifyAsync(source, cancellationToken))
        {
            if (except.Contains(channel))
            {
                continue;
            }

            channels++;
            entries += expected.Entries;
            faults += expected.Faults.Count;
            delivered = delivered.SaturatingAdd(expected.Delivered);
            if (!found.TryGetValue(channel, out ChannelVerification? actual)
                || (actual.Entries, actual.Delivered, actual.Amount, actual.Faults.Count)
                    != (expected.Entries, expected.Delivered, expected.Amount, expected.Faults.Count))
            {
                differences.Add(channel);
            }
        }

        foreach (RecordKind kind in (RecordKind[])[RecordKind.PaidChannel, .. CounterName.Kinds])
        {
            await foreach (StoredRecord stored in source.ReadAllAsync(kind, cancellationToken))
            {
                string name = CopiedRecord.Read(stored).Name;
                StoredRecord? copied = await copy.ReadAsync(stored.Key, cancellationToken);
                if (!except.Contains(name) && copied?.Value.Span.SequenceEqual(stored.Value.Span) != true)
                {
                    differences.Add(name);
                }
            }
        }

        Dictionary<string, CounterVerification> counters = await VerifyCountersAsync(copy, cancellationToken);
        differences.UnionWith((await VerifyCountersAsync(source, cancellationToken)).Values
            .Where(expected => !except.Contains(expected.Name)
                && (!counters.TryGetValue(expected.Name, out CounterVerification? actual)
                    || (actual.Entries, actual.Used, actual.Faults.Count) != (expected.Entries, expected.Used, expected.Faults.Count)))
            .Select(expected => expected.Name));
        return new LedgerComparisonResult(channels, entries, delivered, faults, differences);
    }

    private async Task<Dictionary<string, ChannelVerification>> VerifyAsync(IRecordStore store, CancellationToken cancellationToken)
    {
        var verifier = new LedgerVerifier(store, recovery, escrow, time, retention);
        var findings = new Dictionary<string, ChannelVerification>();
        await foreach (ChannelVerification finding in verifier.VerifyAsync(cancellationToken))
        {
            findings[finding.Channel] = finding;
        }

        return findings;
    }

    private async Task<Dictionary<string, CounterVerification>> VerifyCountersAsync(
        IRecordStore store, CancellationToken cancellationToken)
    {
        var findings = new Dictionary<string, CounterVerification>();
        await foreach (CounterVerification finding in new CounterVerifier(store, time, retention).VerifyAsync(cancellationToken))
        {
            findings[finding.Name] = finding;
        }

        return findings;
    }
}
