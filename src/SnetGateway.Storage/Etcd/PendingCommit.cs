using SnetGateway.Payments.Records;

namespace SnetGateway.Storage.Etcd;

/// <summary>One caller's commit on its way. Whoever ends it first has the word: the batch that carried it, or the clock.</summary>
internal sealed class PendingCommit : TaskCompletionSource<CommitResult>
{
    // Names, revisions and lengths around the values.
    private const int BytesAround = 256;

    public PendingCommit(ReadOnlyMemory<RecordWrite> writes, long askedAt)
        : base(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        (Writes, AskedAt) = (writes, askedAt);
        foreach (ref readonly RecordWrite write in writes.Span)
        {
            Bytes += write.Value.Length + BytesAround;
        }
    }

    public ReadOnlyMemory<RecordWrite> Writes { get; }

    /// <summary>About what it takes of a message.</summary>
    public int Bytes { get; }

    /// <summary>A timestamp of the store's clock.</summary>
    public long AskedAt { get; }

    public void End(CommitOutcome outcome, long revision = 0) => TrySetResult(new CommitResult(outcome, revision));
}
