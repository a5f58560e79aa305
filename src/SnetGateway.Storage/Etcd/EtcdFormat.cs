using System.Globalization;
using System.Text;
using Etcdserverpb;
using Google.Protobuf;
using Mvccpb;
using SnetGateway.Payments.Records;

namespace SnetGateway.Storage.Etcd;

/// <summary>
/// The ledger's `format` key: the layout versions that may write, as numbers separated by spaces. Every transaction compares the key's
/// revision, so changing the key immediately stops all gateways that it does not name (rule 16).
/// </summary>
internal sealed class EtcdFormat(EtcdClient client, EtcdKeys keys)
{
    /// <summary>The layout version that this code writes.</summary>
    public const int Version = 1;

    private long _revision;
    private volatile bool _existed;

    /// <summary>
    /// Revision of the key as last read with this version allowed; 0 before the first read and after a change was noticed.
    /// </summary>
    public long Revision => Interlocked.Read(ref _revision);

    /// <summary>
    /// Reads the key, and creates it when the ledger is new. Throws <see cref="LedgerFormatException"/> when this version may not write,
    /// <see cref="StoreUnavailableException"/> when the key has been deleted, and <see cref="EtcdException"/>.
    /// </summary>
    public async Task<long> EnsureAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        if (Revision is > 0 and var known)
        {
            return known;
        }

        // Only a new ledger's key is created. Where it existed before, the ledger was deleted, and a new one would accept payments a second
        // time.
        var request = new TxnRequest
        {
            Compare = { new Compare { Key = keys.Format, Target = Compare.Types.CompareTarget.Create, CreateRevision = 0 } },
            Failure = { new RequestOp { RequestRange = new RangeRequest { Key = keys.Format } } },
        };
        bool existed = _existed;
        if (!existed)
        {
            request.Success.Add(new RequestOp
            {
                RequestPut =
                    new PutRequest { Key = keys.Format, Value = ByteString.CopyFromUtf8(Version.ToString(CultureInfo.InvariantCulture)) },
            });
        }

        TxnResponse response = await client.TxnAsync(request, mayRepeat: true, limit, cancellationToken);
        if (!response.Succeeded)
        {
            return Accept(response.Responses[0].ResponseRange);
        }

        if (existed)
        {
            throw Deleted();
        }

        // When the first response was lost, the repeated request finds the key that the first one wrote.
        return Set(response.Header.Revision);
    }

    /// <summary>Records that a transaction found a revision other than <paramref name="revision"/>.</summary>
    public void Forget(long revision) => Interlocked.CompareExchange(ref _revision, 0, revision);

    /// <summary>Checks a fresh read of the key and remembers its revision. Throws as <see cref="EnsureAsync"/>.</summary>
    public long Accept(RangeResponse response)
    {
        if (response.Kvs.Count == 0)
        {
            Interlocked.Exchange(ref _revision, 0);
            throw Deleted();
        }

        KeyValue key = response.Kvs[0];
        string allowed = Encoding.UTF8.GetString(key.Value.Span);
        if (!allowed.Split(' ', StringSplitOptions.RemoveEmptyEntries).Contains(Version.ToString(CultureInfo.InvariantCulture)))
        {
            Interlocked.Exchange(ref _revision, 0);
            throw new LedgerFormatException(
                $"The ledger in etcd may be written by versions with format {(allowed.Length is 0 or > 100 ? "?" : allowed)}, and this "
                + $"version writes format {Version}. Use a matching version of the gateway.");
        }

        return Set(key.ModRevision);
    }

    private static StoreUnavailableException Deleted() =>
    new("the ledger's format key has been deleted from etcd: stop all gateways, and see docs/stores.md on restoring a ledger");

    private long Set(long revision)
    {
        _existed = true;
        Interlocked.Exchange(ref _revision, revision);
        return revision;
    }
}
