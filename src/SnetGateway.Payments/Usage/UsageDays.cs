using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using SnetGateway.Payments.Records;

namespace SnetGateway.Payments.Usage;

/// <summary>The daily sums of all processes of a ledger, in its store.</summary>
public sealed class UsageDays(IRecordStore store)
{
    private readonly ConcurrentDictionary<RecordKey, long> _revisions = new();

    /// <summary>
    /// All days from <paramref name="from"/> on, up to and with <paramref name="to"/>, by day. Throws
    /// <see cref="StoreUnavailableException"/> or <see cref="LedgerFormatException"/>.
    /// </summary>
    public async IAsyncEnumerable<UsageDay> ReadAsync(
        DateOnly from, DateOnly to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (StoredRecord stored in store.ReadAllAsync(RecordKind.DailyUsage, cancellationToken))
        {
            var day = UsageDay.Read(stored);
            if (day.Day >= from && day.Day <= to)
            {
                yield return day;
            }
        }
    }

    /// <summary>
    /// Writes a day of this process, over what it wrote before. False when it was not written, or perhaps not: the next write has it all
    /// again. Throws <see cref="StoreUnavailableException"/>.
    /// </summary>
    public async ValueTask<bool> WriteAsync(UsageDay day, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(day);
        RecordKey key = day.Key;
        CommitResult result = await store.CommitAsync(
            new[] { new RecordWrite(key, _revisions.GetValueOrDefault(key), day.Write()) }, cancellationToken);
        if (result.Outcome == CommitOutcome.Committed)
        {
            _revisions[key] = result.Revision;
        }
        else if (result.Outcome is CommitOutcome.Conflict or CommitOutcome.Unknown)
        {
            // No other process writes this record: it was our own write whose outcome was not known.
            _revisions[key] = (await store.ReadAsync(key, cancellationToken))?.Revision ?? 0;
        }

        return result.Outcome == CommitOutcome.Committed;
    }
}
