using Etcdserverpb;
using Google.Protobuf;
using SnetGateway.Payments.Records;

namespace SnetGateway.Storage.Etcd;

/// <summary>
/// Commits sent in one transaction. Each is an inner transaction with its own comparisons, so a conflict fails only its own commit. The
/// outer transaction compares the ledger's format key, which applies to all of them.
/// </summary>
internal sealed class CommitBatch
{
    /// <summary>
    /// etcd's limit of operations (`--max-txn-ops`, default), which counts the inner transactions and the operations of the largest.
    /// </summary>
    public const int MaxOperations = 128;

    /// <summary>Below etcd's limit of a request (`--max-request-bytes`, 1.5 MiB by default).</summary>
    public const int MaxBytes = 1024 * 1024;

    private int _largest;
    private int _bytes;

    public List<PendingCommit> Commits { get; } = [];

    /// <summary>When the oldest commit was started, as a timestamp of the store's clock.</summary>
    public long OldestStartedAt => Commits[0].StartedAt;

    /// <summary>
    /// Adds a commit if it fits and none of its records is in <paramref name="busy"/>. Adds its records to <paramref name="busy"/>.
    /// </summary>
    public bool TryAdd(PendingCommit commit, HashSet<RecordKey> busy)
    {
        int largest = Math.Max(_largest, commit.Writes.Length);
        if (Commits.Count > 0 && (Commits.Count + 1 + largest > MaxOperations || _bytes + commit.Bytes > MaxBytes))
        {
            return false;
        }

        foreach (ref readonly RecordWrite write in commit.Writes.Span)
        {
            if (busy.Contains(write.Key))
            {
                return false; // etcd rejects a transaction that writes a key twice
            }
        }

        foreach (ref readonly RecordWrite write in commit.Writes.Span)
        {
            busy.Add(write.Key);
        }

        (_largest, _bytes) = (largest, _bytes + commit.Bytes);
        Commits.Add(commit);
        return true;
    }

    /// <summary>True when no further operation fits.</summary>
    public bool IsFull => Commits.Count + 1 + _largest > MaxOperations;

    /// <summary>True when the response has one inner response for each commit.</summary>
    public bool IsCompleteResponse(TxnResponse response) =>
        response.Header is not null
        && response.Responses.Count == Commits.Count
        && response.Responses.All(one => one.ResponseCase == ResponseOp.ResponseOneofCase.ResponseTxn);

    public TxnRequest ToRequest(EtcdKeys keys, long formatRevision)
    {
        var outer = new TxnRequest
        {
            Compare = { new Compare { Key = keys.Format, Target = Compare.Types.CompareTarget.Mod, ModRevision = formatRevision } },
            Failure =
            {
                new RequestOp { RequestRange = new RangeRequest { Key = keys.Format } },

                // etcd's quota check ignores inner transactions (seen with 3.4.23: the database grew past its quota without an alarm). This
                // outer put runs only when the format key has changed, and writes nothing of importance. Its presence makes etcd check the
                // quota for the request.
                new RequestOp { RequestPut = new PutRequest { Key = keys.Room } },
            },
        };
        outer.Success.Capacity = Commits.Count;
        foreach (PendingCommit commit in Commits)
        {
            var inner = new TxnRequest();
            foreach (ref readonly RecordWrite write in commit.Writes.Span)
            {
                ByteString key = keys.Of(write.Key);
                inner.Compare.Add(
                    new Compare { Key = key, Target = Compare.Types.CompareTarget.Mod, ModRevision = write.ExpectedRevision });
                inner.Success.Add(new RequestOp
                {
                    // Not copied: the caller lends the memory until the commit ends, and indefinitely when its outcome is unknown.
                    RequestPut = new PutRequest { Key = key, Value = UnsafeByteOperations.UnsafeWrap(write.Value) },
                });
            }

            outer.Success.Add(new RequestOp { RequestTxn = inner });
        }

        return outer;
    }

    /// <summary>Reads one record of each commit: all records of a commit are written together or not at all.</summary>
    public TxnRequest ToRead(EtcdKeys keys) => new()
    {
        Success =
        {
            Commits.Select(commit => new RequestOp { RequestRange = new RangeRequest { Key = keys.Of(commit.Writes.Span[0].Key) } }),
        },
    };

    /// <summary>The outcome of a commit by the response to <see cref="ToRequest"/> or to <see cref="ToRead"/>.</summary>
    public CommitResult ResultOf(int index, TxnResponse response)
    {
        ResponseOp one = response.Responses[index];
        if (one.ResponseCase == ResponseOp.ResponseOneofCase.ResponseTxn)
        {
            return one.ResponseTxn.Succeeded
                ? new CommitResult(CommitOutcome.Committed, response.Header.Revision)
                : new CommitResult(CommitOutcome.Conflict, 0);
        }

        // A record has the ids of its last calls, so no other commit has the same bytes.
        RecordWrite write = Commits[index].Writes.Span[0];
        Mvccpb.KeyValue? stored = one.ResponseRange.Kvs.FirstOrDefault();
        return (stored?.ModRevision ?? 0) == write.ExpectedRevision ? new CommitResult(CommitOutcome.NotWritten, 0)
            : stored?.Value.Span.SequenceEqual(write.Value.Span) == true ? new CommitResult(CommitOutcome.Committed, stored.ModRevision)
            : new CommitResult(CommitOutcome.Conflict, 0);
    }
}
