using System.Runtime.CompilerServices;
using SnetGateway.Payments.Records;

namespace SnetGateway.Payments.Ledger;

/// <summary>
/// Verifies all records of some kinds, one after the other. Where gateways write at the same time, an apparent fault is checked again at
/// the end, when their journals have caught up.
/// </summary>
/// <param name="store">The ledger.</param>
/// <param name="time">The clock.</param>
/// <param name="retention">How long journals are kept, zero without limit.</param>
internal sealed class VerificationPass(IRecordStore store, TimeProvider time, TimeSpan retention)
{
    /// <summary>Allowed difference between the clocks of the gateways and of the verifier.</summary>
    private static readonly TimeSpan s_clockDifference = TimeSpan.FromMinutes(1);

    /// <summary>How far a running gateway's journal may be behind its records.</summary>
    private static readonly TimeSpan s_journalDelay = TimeSpan.FromSeconds(1);

    /// <summary>Entries from before may have been removed for their age.</summary>
    public DateTimeOffset KeptSince =>
        retention == TimeSpan.Zero ? DateTimeOffset.MinValue : time.GetUtcNow() - retention + s_clockDifference;

    /// <param name="kinds">The kinds of the records.</param>
    /// <param name="verify">Verifies one record.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async IAsyncEnumerable<T> RunAsync<T>(
        IReadOnlyList<RecordKind> kinds,
        Func<StoredRecord, CancellationToken, ValueTask<T>> verify,
        [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : IVerification
    {
        var doubtful = new List<RecordKey>();
        foreach (RecordKind kind in kinds)
        {
            await foreach (StoredRecord stored in store.ReadAllAsync(kind, cancellationToken))
            {
                T finding = await verify(stored, cancellationToken);
                if (store.IsShared && finding.Faults.Count > 0)
                {
                    doubtful.Add(stored.Key);
                }
                else
                {
                    yield return finding;
                }
            }
        }

        if (doubtful.Count > 0)
        {
            await Task.Delay(s_journalDelay, time, cancellationToken);
        }

        foreach (RecordKey key in doubtful)
        {
            if (await store.ReadAsync(key, cancellationToken) is { } again)
            {
                yield return await verify(again, cancellationToken);
            }
        }
    }
}
