using System.Diagnostics.Metrics;
using SnetGateway.Payments.Records;

namespace SnetGateway.Storage;

/// <summary>Metrics of the stores: duration of durable writes, batch sizes, round trips, lost journal entries.</summary>
public sealed class StorageMetrics
{
    private static readonly KeyValuePair<string, object?>[] s_outcomes =
    [
        new("outcome", "committed"), new("outcome", "conflict"), new("outcome", "not_written"), new("outcome", "unknown"),
    ];

    private readonly Histogram<double> _duration;
    private readonly Histogram<int> _batchSize;
    private readonly Counter<long> _journalLost;
    private readonly Counter<long> _roundTrips;

    public StorageMetrics(IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);
        Meter meter = meters.Create("SnetGateway");
        _duration = meter.CreateHistogram<double>(
            "snet_gateway.ledger.commit.duration", "s", "Time from the start of a durable write to its outcome.");
        _batchSize = meter.CreateHistogram<int>(
            "snet_gateway.ledger.batch.size", "{commit}", "Commits that shared one transaction and one disk sync.");
        _journalLost = meter.CreateCounter<long>(
            "snet_gateway.ledger.journal.lost", "{entry}",
            "Journal entries that could not be written to the local disk. The payments themselves are recorded in the ledger.");
        _roundTrips = meter.CreateCounter<long>(
            "snet_gateway.ledger.store.round_trips", "{request}", "Requests sent to a shared store (etcd).");
        _journalLost.Add(0);
        _roundTrips.Add(0);
    }

    internal bool WantsDurations => _duration.Enabled;

    internal void Commit(CommitOutcome outcome, TimeSpan elapsed) => _duration.Record(elapsed.TotalSeconds, s_outcomes[(int)outcome]);

    internal void JournalEntriesLost(int entries) => _journalLost.Add(entries);

    internal void Batch(int commits) => _batchSize.Record(commits);

    internal void StoreRoundTrip() => _roundTrips.Add(1);
}
