using System.Globalization;
using System.Text;
using Etcdserverpb;
using Google.Protobuf;
using Mvccpb;
using SnetGateway.Payments.Records;

namespace SnetGateway.Storage.Etcd;

/// <summary>
/// The ledger's `format` key: the versions of the layout that may write, as numbers with spaces between. Every transaction compares its revision,
/// so that whoever changes it stops all that it does not name in the same moment (design, rule 16).
/// </summary>
internal sealed class EtcdFormat(EtcdClient client, EtcdKeys keys)
{
    /// <summary>The version that this code writes.</summary>
    public const int Version = 1;

    private long _revision;
    private volatile bool _wasThere;

    /// <summary>Revision of the key when it allowed us to write; 0 before it was read, and since it changed.</summary>
    public long Revision => Interlocked.Read(ref _revision);

    /// <summary>
    /// Reads the key, and writes it where the ledger is new. Throws <see cref="LedgerFormatException"/> when this version may not write,
    /// <see cref="StoreUnavailableException"/> when the key is gone, and <see cref="EtcdException"/>.
    /// </summary>
    public async Task<long> EnsureAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        if (Revision is > 0 and var known)
        {
            return known;
        }

        // A ledger that was there and is gone was deleted: to begin a new one would sell again what was sold.
        var request = new TxnRequest
        {
            Compare = { new Compare { Key = keys.Format, Target = Compare.Types.CompareTarget.Create, CreateRevision = 0 } },
            Failure = { new RequestOp { RequestRange = new RangeRequest { Key = keys.Format } } },
        };
        bool wasThere = _wasThere;
        if (!wasThere)
        {
            request.Success.Add(new RequestOp
            {
                RequestPut = new PutRequest { Key = keys.Format, Value = ByteString.CopyFromUtf8(Version.ToString(CultureInfo.InvariantCulture)) },
            });
        }

        TxnResponse response = await client.TxnAsync(request, mayRepeat: true, limit, cancellationToken);
        if (!response.Succeeded)
        {
            return Take(response.Responses[0].ResponseRange);
        }

        if (wasThere)
        {
            throw Gone();
        }

        // Where the first answer was lost, the repeated call finds the key that the first one wrote.
        return Set(response.Header.Revision);
    }

    /// <summary>Says that a transaction found another revision than <paramref name="revision"/>.</summary>
    public void Forget(long revision) => Interlocked.CompareExchange(ref _revision, 0, revision);

    /// <summary>Takes in a reading of the key. Throws as <see cref="EnsureAsync"/>.</summary>
    public long Take(RangeResponse reading)
    {
        if (reading.Kvs.Count == 0)
        {
            Interlocked.Exchange(ref _revision, 0);
            throw Gone();
        }

        KeyValue key = reading.Kvs[0];
        string allowed = Encoding.UTF8.GetString(key.Value.Span);
        if (!allowed.Split(' ', StringSplitOptions.RemoveEmptyEntries).Contains(Version.ToString(CultureInfo.InvariantCulture)))
        {
            Interlocked.Exchange(ref _revision, 0);
            throw new LedgerFormatException(
                $"The ledger in etcd allows writing to format {(allowed.Length is 0 or > 100 ? "?" : allowed)}, and this version writes format {Version}.");
        }

        return Set(key.ModRevision);
    }

    private static StoreUnavailableException Gone() =>
        new("the ledger's keys are gone from etcd: stop all gateways, and see docs/stores.md on restoring a ledger");

    private long Set(long revision)
    {
        _wasThere = true;
        Interlocked.Exchange(ref _revision, revision);
        return revision;
    }
}
