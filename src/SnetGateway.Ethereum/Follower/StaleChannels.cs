using System.Collections.Concurrent;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.Follower;

/// <summary>
/// Channels to read again with spare budget: those that an event made outdated first, and readings to confirm, of which nothing wrong is
/// known, little by little. After a restart those are all channels in use, and reading them takes processor time from their calls. A call
/// that needs a reading first reads its channel itself.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class StaleChannels(TimeProvider time)
{
    /// <summary>Requests that are made before the next head is read: a slow node would keep the follower from it.</summary>
    private const int MostPerRound = 10;

    /// <summary>Requests a second for readings to confirm, and more when those that wait would take longer than a minute.</summary>
    private const double ConfirmPerSecond = 1;
    private static readonly TimeSpan s_confirmWithin = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<ChannelId, byte> _outdated = new();
    private readonly ConcurrentDictionary<ChannelId, byte> _toConfirm = new();
    private long _roundAt = time.GetTimestamp();
    private double _confirmationsDue;

    /// <summary>The channel's reading is outdated.</summary>
    public void Add(ChannelId channel) => _outdated.TryAdd(channel, 0);

    /// <summary>Called at each use of a channel whose reading is old, so it takes no lock for one that waits already.</summary>
    public void AddToConfirm(ChannelId channel)
    {
        if (!_toConfirm.ContainsKey(channel))
        {
            _toConfirm.TryAdd(channel, 0);
        }
    }

    /// <summary>Reads channels until those that are due are read, the budget has no request to spare, or the next head is due.</summary>
    public async ValueTask ReadAsync(ChannelReader reader, CancellationToken cancellationToken)
    {
        long now = time.GetTimestamp();
        double batches = _toConfirm.Count / (double)ReadQueue.MaxBatch;
        double perSecond = Math.Max(ConfirmPerSecond, batches / s_confirmWithin.TotalSeconds);
        _confirmationsDue = batches == 0
            ? 0
            : Math.Min(MostPerRound, _confirmationsDue + (perSecond * time.GetElapsedTime(_roundAt, now).TotalSeconds));
        _roundAt = now;

        (int made, bool mayGoOn) = await ReadAsync(_outdated, MostPerRound, reader, cancellationToken);
        if (mayGoOn)
        {
            int due = Math.Min((int)_confirmationsDue, MostPerRound - made);
            _confirmationsDue -= (await ReadAsync(_toConfirm, due, reader, cancellationToken)).Made;
        }
    }

    private static async ValueTask<(int Made, bool MayGoOn)> ReadAsync(
        ConcurrentDictionary<ChannelId, byte> channels, int most, ChannelReader reader, CancellationToken cancellationToken)
    {
        int made = 0;
        foreach (ChannelId[] batch in channels.Keys.Chunk(ReadQueue.MaxBatch).Take(most))
        {
            // Removed first: an event during the read adds the channel again.
            foreach (ChannelId channel in batch)
            {
                channels.TryRemove(channel, out _);
            }

            if (!await reader.TryReadInBackgroundAsync(batch, cancellationToken))
            {
                foreach (ChannelId channel in batch)
                {
                    channels.TryAdd(channel, 0);
                }

                return (made, false);
            }

            made++;
        }

        return (made, true);
    }
}
