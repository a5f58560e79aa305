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
    /// <param name="end">Behind the last.</param>
    /// <param name="onRevision">Is told, before the first record, the revision behind which changes are news.</param>
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
            catch (EtcdException exception) when (exception.Verdict == EtcdFailureKind.Compacted)
            {
                // The rest is read as it is now. Each record is right by itself, and the feed still begins at the first page's revision.
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

    /// <summary>One record as it is now, by the word of a quorum. Throws <see cref="StoreUnavailableException"/>.</summary>
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
        catch (EtcdException exception) when (exception.Verdict != EtcdFailureKind.Compacted)
        {
            throw new StoreUnavailableException(exception.Message, exception);
        }
    }
}
