using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using SnetGateway.Payments.Records;
using StackExchange.Redis;

namespace SnetGateway.Storage.Redis;

/// <summary>
/// The writes of other gateways. The set of changes, ordered by revision, is queried for entries newer than the last one read, so no change
/// is missed. The message that each commit publishes only triggers the query.
/// </summary>
internal sealed class RedisFeed(
    ISubscriber subscriber,
    RedisKeys keys,
    Func<double?, CancellationToken, Task<(IReadOnlyList<StoredRecord> Records, double UpTo)>> read,
    ILogger logger,
    TimeProvider time)
{
    /// <summary>Query interval without a message, as messages may be lost with a connection.</summary>
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(500);

    /// <summary>The same after <see cref="s_idleAfter"/> without a change: each query costs an idle gateway CPU.</summary>
    private static readonly TimeSpan s_idlePoll = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_idleAfter = TimeSpan.FromSeconds(10);

    /// <summary>Commits that arrive within this time are read by one query.</summary>
    private static readonly TimeSpan s_gather = TimeSpan.FromMilliseconds(10);

    /// <summary>The revision from which changes are read; null before all records were read.</summary>
    public double? From { get; set; }

    public async IAsyncEnumerable<StoredRecord> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var changes = new SemaphoreSlim(0, 1);
        var channel = new RedisChannel(keys.Wake, RedisChannel.PatternMode.Literal);
        await TrySubscribeAsync(channel, Wake);
        try
        {
            double? last = From;
            var failures = new FailureLog(logger.FeedFailed, logger.FeedRecovered);
            long changedAt = time.GetTimestamp();
            while (true)
            {
                (IReadOnlyList<StoredRecord> records, last, string? error) = await TryReadAsync(last, cancellationToken);
                if (error is null)
                {
                    failures.Succeeded();
                }
                else
                {
                    failures.Failed(error);
                }

                foreach (StoredRecord record in records)
                {
                    yield return record;
                }

                if (records.Count > 0 || error is not null)
                {
                    changedAt = time.GetTimestamp();
                }

                TimeSpan poll = time.GetElapsedTime(changedAt) < s_idleAfter ? s_poll : s_idlePoll;
                if (records.Count > 0 || await changes.WaitAsync(poll, cancellationToken))
                {
                    await Task.Delay(s_gather, time, cancellationToken);
                }
            }
        }
        finally
        {
            await TryUnsubscribeAsync(channel, Wake);
        }

        void Wake(RedisChannel from, RedisValue revision)
        {
            try
            {
                changes.Release();
            }
            catch (Exception exception) when (exception is SemaphoreFullException or ObjectDisposedException)
            {
                // Already signalled, or the feed has ended.
            }
        }
    }

    /// <summary>After a failure the next query continues from the same revision.</summary>
    private async Task<(IReadOnlyList<StoredRecord> Records, double? UpTo, string? Error)> TryReadAsync(
        double? last, CancellationToken cancellationToken)
    {
        try
        {
            (IReadOnlyList<StoredRecord> records, double upTo) = await read(last, cancellationToken);
            return (records, upTo, null);
        }
        catch (Exception exception) when (exception is StoreUnavailableException or LedgerFormatException)
        {
            return ([], last, exception.Message);
        }
    }


    private async Task TrySubscribeAsync(RedisChannel channel, Action<RedisChannel, RedisValue> wake)
    {
        try
        {
            await subscriber.SubscribeAsync(channel, wake);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException or ObjectDisposedException
            or OperationCanceledException)
        {
            // The feed then works by polling alone.
        }
    }

    private async Task TryUnsubscribeAsync(RedisChannel channel, Action<RedisChannel, RedisValue> wake)
    {
        try
        {
            await subscriber.UnsubscribeAsync(channel, wake, CommandFlags.FireAndForget);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException or ObjectDisposedException
            or OperationCanceledException)
        {
            // The subscription ended with its connection.
        }
    }
}
