using SnetGateway.Payments.Records;

namespace SnetGateway.Storage.Etcd;

/// <summary>
/// One caller's commit. The first to end it decides the outcome: the batch that carried it, or the sweep that enforces the time limit.
/// </summary>
internal sealed class PendingCommit : TaskCompletionSource<CommitResult>
{
    // Names, revisions and lengths around the values.
    private const int Overhead = 256;

    public PendingCommit(ReadOnlyMemory<RecordWrite> writes, long startedAt)
        : base(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        (Writes, StartedAt) = (writes, startedAt);
        foreach (ref readonly RecordWrite write in writes.Span)
        {
            Bytes += write.Value.Length + Overhead;
        }
    }

    public ReadOnlyMemory<RecordWrite> Writes { get; }

    /// <summary>Estimated size in a request.</summary>
    public int Bytes { get; }

    /// <summary>A timestamp of the store's clock.</summary>
    public long StartedAt { get; }

    public void End(CommitOutcome outcome, long revision = 0) => TrySetResult(new CommitResult(outcome, revision));
}
