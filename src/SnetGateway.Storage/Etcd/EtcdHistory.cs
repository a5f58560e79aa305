using Etcdserverpb;
using Microsoft.Extensions.Logging;

namespace SnetGateway.Storage.Etcd;

/// <summary>
/// Notices that etcd was restored from a backup, or replaced, below a running gateway: another cluster responds, or its revision has
/// fallen. From then on every request is refused until the gateway is restarted: its memory and the ledger do not belong together.
/// </summary>
internal sealed class EtcdHistory(ILogger logger)
{
    private readonly Lock _lock = new();
    private ulong _cluster;
    private long _newest;
    private EtcdException? _replaced;

    /// <summary>
    /// The newest revision seen. Throws when etcd was replaced. A request that is sent after this call reads or writes this revision or a
    /// later one, because all requests of the ledger are linearizable.
    /// </summary>
    public long BeforeRequest()
    {
        lock (_lock)
        {
            return _replaced is null ? _newest : throw Refused(_replaced);
        }
    }

    /// <summary>Checks a response. Throws when it is of another history; whether a write was executed there is then unknown.</summary>
    /// <param name="header">The response's header.</param>
    /// <param name="before">What <see cref="BeforeRequest"/> returned before it was sent.</param>
    /// <param name="endpoint">The member, for the log.</param>
    public void Check(ResponseHeader? header, long before, string endpoint)
    {
        if (header is null)
        {
            return; // etcd always sends it
        }

        lock (_lock)
        {
            _cluster = _cluster == 0 ? header.ClusterId : _cluster;
            _newest = Math.Max(_newest, header.Revision);
            if (header.ClusterId == _cluster && header.Revision >= before)
            {
                return;
            }

            string detail = header.ClusterId != _cluster
                ? $"its cluster is {header.ClusterId:x}, and was {_cluster:x}"
                : $"its revision is {header.Revision}, and was {before}";
            if (_replaced is null)
            {
                logger.EtcdLedgerReplaced(endpoint, detail);
            }

            _replaced ??= new EtcdException($"{endpoint} holds another or an older ledger: {detail}", EtcdFailureKind.Unknown, inner: null);
            throw _replaced;
        }
    }

    private static EtcdException Refused(EtcdException replaced) => new(replaced.Message, EtcdFailureKind.Refused, replaced);
}
