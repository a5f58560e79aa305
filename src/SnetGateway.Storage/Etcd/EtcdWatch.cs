using System.Runtime.CompilerServices;
using Etcdserverpb;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Mvccpb;
using SnetGateway.Payments.Records;

namespace SnetGateway.Storage.Etcd;

/// <summary>
/// One reader's change feed: a watch from the revision after the last one read. When it breaks it is opened again at another member. When
/// the revision has since been compacted, all records are read again.
/// </summary>
internal sealed class EtcdWatch(EtcdClient client, EtcdKeys keys, EtcdReader reader, TimeSpan limit, ILogger logger, TimeProvider time)
{
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(1);

    private readonly FailureLog _failures = new(logger.FeedFailed, logger.FeedRecovered);
    private AsyncDuplexStreamingCall<WatchRequest, WatchResponse>? _call;
    private Metadata? _metadata;
    private int _member;
    private long _next;

    /// <param name="next">The first revision that was not read yet; 0 reads all records first.</param>
    /// <param name="cancellationToken">Ends the feed.</param>
    public async IAsyncEnumerable<StoredRecord> RunAsync(long next, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        _next = next;
        TimeSpan pause = s_firstPause;
        try
        {
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                (IReadOnlyList<StoredRecord>? records, string? error) = _next == 0
                    ? await ReadEverythingAsync(cancellationToken)
                    : await NextAsync(cancellationToken);
                if (records is null)
                {
                    _failures.Failed(error!);
                    await Task.Delay(pause, time, cancellationToken);
                    pause = pause * 2 < s_longestPause ? pause * 2 : s_longestPause;
                    continue;
                }

                pause = s_firstPause;
                _failures.Succeeded();
                foreach (StoredRecord record in records)
                {
                    yield return record;
                }
            }
        }
        finally
        {
            Close();
        }
    }

    private async ValueTask<(IReadOnlyList<StoredRecord>? Records, string? Error)> ReadEverythingAsync(CancellationToken cancellationToken)
    {
        try
        {
            var records = new List<StoredRecord>();
            long revision = 0;
            await foreach (StoredRecord record in reader.ReadAsync(keys.First, keys.End, at => revision = at, cancellationToken))
            {
                records.Add(record);
            }

            _next = revision + 1;
            return (records, null);
        }
        catch (StoreUnavailableException exception)
        {
            return (null, exception.Message);
        }
    }

    /// <summary>The records of the next message; null when the watch broke.</summary>
    private async ValueTask<(IReadOnlyList<StoredRecord>? Records, string? Error)> NextAsync(CancellationToken cancellationToken)
    {
        try
        {
            AsyncDuplexStreamingCall<WatchRequest, WatchResponse> call = _call ?? await OpenAsync(cancellationToken);
            if (!await call.ResponseStream.MoveNext(cancellationToken))
            {
                MoveOn();
                return (null, "the watch ended");
            }

            WatchResponse response = call.ResponseStream.Current;
            if (response.CompactRevision > 0)
            {
                Close();
                _next = 0;
                return ([], null);
            }

            if (response.Canceled)
            {
                _ = response.CancelReason.Contains("auth token", StringComparison.Ordinal) ? Forget() : false;
                MoveOn();
                return (null, response.CancelReason);
            }

            var records = new List<StoredRecord>(response.Events.Count);
            foreach (Event change in response.Events)
            {
                // The gateway never deletes a record. Operators stop all gateways before deleting one by hand.
                if (keys.TryRead(change.Kv.Key, out RecordKey key))
                {
                    records.Add(new StoredRecord(key, change.Kv.ModRevision, change.Kv.Value.Memory));
                    _next = Math.Max(_next, change.Kv.ModRevision + 1);
                }
            }

            return (records, null);
        }
        catch (Exception failure) when (failure is RpcException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _ = EtcdFailureKinds.Of(failure) == EtcdFailureKind.TokenRefused ? Forget() : false;
            MoveOn();
            return (null, EtcdFailureKinds.Describe(failure));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return (null, exception.Message);
        }
    }

    private async Task<AsyncDuplexStreamingCall<WatchRequest, WatchResponse>> OpenAsync(CancellationToken cancellationToken)
    {
        (_call, _member, _metadata) = await client.WatchAsync(limit, cancellationToken);
        var request = new WatchRequest
        {
            CreateRequest = new WatchCreateRequest
            {
                Key = keys.First,
                RangeEnd = keys.End,
                StartRevision = _next,
                ProgressNotify = true, // otherwise the watch of an idle ledger would fall behind a compaction
                Filters = { WatchCreateRequest.Types.FilterType.Nodelete },
            },
        };
        try
        {
            await _call.RequestStream.WriteAsync(request, cancellationToken);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            // The call has ended: reading it reports why.
        }

        return _call;
    }

    private bool Forget()
    {
        if (_metadata is { } refused)
        {
            client.Forget(refused);
        }

        return true;
    }

    private void MoveOn()
    {
        client.MoveOnFrom(_member);
        Close();
    }

    private void Close()
    {
        _call?.Dispose();
        _call = null;
    }
}
