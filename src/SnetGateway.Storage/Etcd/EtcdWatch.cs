using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using SnetGateway.Grpc.Client;
using SnetGateway.GrpcWire.Headers;
using SnetGateway.GrpcWire.Statuses;
using SnetGateway.Payments.Records;
using SnetGateway.Storage.Etcd.Wire;

namespace SnetGateway.Storage.Etcd;

/// <summary>
/// One reader's change feed: a watch from the revision behind what was read, opened anew at another member where it breaks. What was compacted
/// away meanwhile is made up for by reading everything again.
/// </summary>
internal sealed class EtcdWatch(EtcdClient client, EtcdKeys keys, EtcdReader reader, TimeSpan limit, ILogger logger, TimeProvider time)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private GrpcClientCall<WatchRequest, WatchResponse>? _call;
    private GrpcMetadata? _metadata;
    private int _member;
    private long _next;

    /// <param name="next">The first revision that was not read; 0 reads everything first.</param>
    /// <param name="cancellationToken">Ends the feed.</param>
    public async IAsyncEnumerable<StoredRecord> RunAsync(long next, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        _next = next;
        TimeSpan pause = FirstPause;
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
                    logger.FeedBroken(error!, pause);
                    await Task.Delay(pause, time, cancellationToken);
                    pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
                    continue;
                }

                pause = FirstPause;
                foreach (StoredRecord record in records)
                {
                    yield return record;
                }
            }
        }
        finally
        {
            await CloseAsync();
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

    /// <summary>What the next message tells; null when the watch broke.</summary>
    private async ValueTask<(IReadOnlyList<StoredRecord>? Records, string? Error)> NextAsync(CancellationToken cancellationToken)
    {
        try
        {
            _call ??= await OpenAsync(cancellationToken);
            (bool hasMessage, WatchResponse response) = await _call.ReadAsync();
            if (!hasMessage)
            {
                await LeaveAsync();
                return (null, "the watch ended");
            }

            if (response.CompactRevision > 0)
            {
                await CloseAsync();
                _next = 0;
                return ([], null);
            }

            if (response.Canceled)
            {
                _ = response.CancelReason.Contains("auth token", StringComparison.Ordinal) ? Forget() : false;
                await LeaveAsync();
                return (null, response.CancelReason);
            }

            var records = new List<StoredRecord>(response.Events.Count);
            foreach (Event change in response.Events)
            {
                // Nothing of ours is ever deleted; who deletes by hand stops the gateways first.
                if (keys.TryRead(change.Kv.Key, out RecordKey key))
                {
                    records.Add(new StoredRecord(key, change.Kv.ModRevision, change.Kv.Value.Memory));
                    _next = Math.Max(_next, change.Kv.ModRevision + 1);
                }
            }

            return (records, null);
        }
        catch (GrpcStatusException failure)
        {
            _ = EtcdVerdicts.Of(failure) == EtcdVerdict.TokenRefused ? Forget() : false;
            await LeaveAsync();
            return (null, EtcdVerdicts.Describe(failure));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return (null, exception.Message);
        }
    }

    private async Task<GrpcClientCall<WatchRequest, WatchResponse>> OpenAsync(CancellationToken cancellationToken)
    {
        (GrpcClientCall<WatchRequest, WatchResponse> call, _member, _metadata) = await client.StreamAsync(EtcdMethods.Watch, limit, cancellationToken);
        await call.WriteAsync(new WatchRequest
        {
            CreateRequest = new WatchCreateRequest
            {
                Key = keys.First,
                RangeEnd = keys.End,
                StartRevision = _next,
                ProgressNotify = true, // else a ledger without calls would find its place compacted away
                Filters = { WatchCreateRequest.Types.FilterType.Nodelete },
            },
        });
        return call;
    }

    private bool Forget()
    {
        if (_metadata is { } refused)
        {
            client.Forget(refused);
        }

        return true;
    }

    private async ValueTask LeaveAsync()
    {
        client.Leave(_member);
        await CloseAsync();
    }

    private async ValueTask CloseAsync()
    {
        if (_call is { } call)
        {
            _call = null;
            await call.DisposeAsync();
        }
    }
}
