using Etcdserverpb;
using Google.Protobuf;
using SnetGateway.Payments.Records;

namespace SnetGateway.Storage.Etcd;

/// <summary>
/// Commits that travel in one transaction, each as an inner transaction with its own comparisons: a conflict of one is its own. The outer one
/// compares the ledger's format, which is everybody's.
/// </summary>
internal sealed class CommitBatch
{
    /// <summary>etcd's limit of operations (`--max-txn-ops`, default), which counts the inner transactions and the operations of the largest.</summary>
    public const int MaxOperations = 128;

    /// <summary>Below etcd's limit of a request (`--max-request-bytes`, 1.5 MiB by default).</summary>
    public const int MaxBytes = 1024 * 1024;

    private int _largest;
    private int _bytes;

    public List<PendingCommit> Commits { get; } = [];

    /// <summary>When the oldest was asked for.</summary>
    public long OldestAskedAt => Commits[0].AskedAt;

    /// <summary>Takes one more, if it fits beside the others and none of its records is in <paramref name="busy"/>.</summary>
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
                return false; // etcd refuses a transaction that writes a key twice
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

    /// <summary>No more operations fit.</summary>
    public bool IsFull => Commits.Count + 1 + _largest > MaxOperations;

    /// <summary>One inner answer for each commit, as etcd gives them.</summary>
    public bool IsAnsweredBy(TxnResponse response) =>
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

                // etcd's quota does not look into inner transactions (tried with 3.4.23: it grew past its quota without an alarm). A write beside
                // them, done only when the format changed and then of no consequence, has it look at the room there is, and refuse when full.
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
                inner.Compare.Add(new Compare { Key = key, Target = Compare.Types.CompareTarget.Mod, ModRevision = write.ExpectedRevision });
                inner.Success.Add(new RequestOp
                {
                    // Not copied: the memory is lent until the commit ends, and for ever when its end is unknown.
                    RequestPut = new PutRequest { Key = key, Value = UnsafeByteOperations.UnsafeWrap(write.Value) },
                });
            }

            outer.Success.Add(new RequestOp { RequestTxn = inner });
        }

        return outer;
    }
}
