using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using SnetGateway.Payments.Records;
using StackExchange.Redis;

namespace SnetGateway.Storage.Redis;

/// <summary>
/// What other gateways write. The set of changes, ordered by revision, is asked for what is newer than the last that was told, so nothing is ever
/// missed; a message of each commit only says when to ask.
/// </summary>
internal sealed class RedisFeed(
    ISubscriber subscriber,
    RedisKeys keys,
    Func<double?, CancellationToken, Task<(IReadOnlyList<StoredRecord> Records, double UpTo)>> read,
    ILogger logger,
    TimeProvider time)
{
    /// <summary>Asked this often also without a message: one may be lost with its connection.</summary>
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500);

    /// <summary>Commits that come within this time are read together.</summary>
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(10);

    /// <summary>Revision at which all records were read; null before.</summary>
    public double? From { get; set; }

    public async IAsyncEnumerable<StoredRecord> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var news = new SemaphoreSlim(0, 1);
        var channel = new RedisChannel(keys.Wake, RedisChannel.PatternMode.Literal);
        await TrySubscribeAsync(channel, Wake);
        try
        {
            double? last = From;
            bool isBroken = false;
            while (true)
            {
                (IReadOnlyList<StoredRecord> records, last, string? error) = await TryReadAsync(last, cancellationToken);
                Tell(error, isBroken);
                isBroken = error is not null;
                foreach (StoredRecord record in records)
                {
                    yield return record;
                }

                if (records.Count == 0)
                {
                    await news.WaitAsync(Poll, cancellationToken);
                }

                await Task.Delay(Gather, time, cancellationToken);
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
                news.Release();
            }
            catch (Exception exception) when (exception is SemaphoreFullException or ObjectDisposedException)
            {
                // Said already, or nobody listens any more.
            }
        }
    }

    /// <summary>A feed goes on through every failure: what it could not read now it reads later, from the same place.</summary>
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

    /// <summary>Says the first failure of a series and its end: it is asked twice a second.</summary>
    private void Tell(string? error, bool wasBroken)
    {
        if (error is not null && !wasBroken)
        {
            logger.FeedBroken(error, Poll);
        }
        else if (error is null && wasBroken)
        {
            logger.RedisFeedGoesOn();
        }
    }

    private async Task TrySubscribeAsync(RedisChannel channel, Action<RedisChannel, RedisValue> wake)
    {
        try
        {
            await subscriber.SubscribeAsync(channel, wake);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException or ObjectDisposedException or OperationCanceledException)
        {
            // Then it is only asked from time to time.
        }
    }

    private async Task TryUnsubscribeAsync(RedisChannel channel, Action<RedisChannel, RedisValue> wake)
    {
        try
        {
            await subscriber.UnsubscribeAsync(channel, wake, CommandFlags.FireAndForget);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException or ObjectDisposedException or OperationCanceledException)
        {
            // The connection is gone, and the subscription with it.
        }
    }
}
