using System.Runtime.CompilerServices;
using Etcdserverpb;
using Google.Protobuf;
using Mvccpb;
using SnetGateway.Payments.Records;

namespace SnetGateway.Storage.Etcd;

/// <summary>Reads records in the order of their keys, page by page at one revision.</summary>
internal sealed class EtcdReader(EtcdClient client, EtcdKeys keys, TimeSpan limit)
{
    private const int PageSize = 500;

    /// <summary>Throws <see cref="StoreUnavailableException"/>.</summary>
    /// <param name="first">The first key.</param>
    /// <param name="end">The exclusive end of the range.</param>
    /// <param name="onRevision">Called before the first record with the revision of the read: later changes have a higher one.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async IAsyncEnumerable<StoredRecord> ReadAsync(
        ByteString first, ByteString end, Action<long>? onRevision, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long revision = 0;
        for (bool more = true; more;)
        {
            RangeResponse page;
            try
            {
                page = await ReadPageAsync(first, end, revision, cancellationToken);
            }
            catch (EtcdException exception) when (exception.Kind == EtcdFailureKind.Compacted)
            {
                // The remaining pages are read at the current revision. Each record is still valid, and the feed begins at the first page's
                // revision.
                page = await ReadPageAsync(first, end, revision = 0, cancellationToken);
            }

            if (revision == 0)
            {
                revision = page.Header.Revision;
                onRevision?.Invoke(revision);
                onRevision = null;
            }

            foreach (KeyValue pair in page.Kvs)
            {
                if (keys.TryRead(pair.Key, out RecordKey key))
                {
                    yield return new StoredRecord(key, pair.ModRevision, pair.Value.Memory);
                }
            }

            more = page.More && page.Kvs.Count > 0;
            if (more)
            {
                first = EtcdKeys.Following(page.Kvs[^1].Key);
            }
        }
    }

    /// <summary>One record, by a linearizable read. Throws <see cref="StoreUnavailableException"/>.</summary>
    public async ValueTask<StoredRecord?> ReadAsync(RecordKey key, CancellationToken cancellationToken)
    {
        RangeResponse response = await ReadPageAsync(keys.Of(key), end: ByteString.Empty, revision: 0, cancellationToken);
        return response.Kvs.Count == 0 ? null : new StoredRecord(key, response.Kvs[0].ModRevision, response.Kvs[0].Value.Memory);
    }

    private async Task<RangeResponse> ReadPageAsync(ByteString first, ByteString end, long revision, CancellationToken cancellationToken)
    {
        var request = new RangeRequest { Key = first, RangeEnd = end, Limit = PageSize, Revision = revision };
        try
        {
            return await client.RangeAsync(request, limit, cancellationToken);
        }
        catch (EtcdException exception) when (exception.Kind != EtcdFailureKind.Compacted)
        {
            throw new StoreUnavailableException(exception.Message, exception);
        }
    }
}
