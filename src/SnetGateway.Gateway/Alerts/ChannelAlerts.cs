using SnetGateway.Ethereum.Follower;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Alerts;

/// <summary>What was served and is not claimed: too much of it, or in a channel that expires soon. Also its metrics.</summary>
internal sealed class ChannelAlerts : IAlertSource
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(30);

    /// <summary>With a million channels a reading takes a part of a second; it takes a thousandth of the time at most.</summary>
    private const int Share = 1_000;

    private readonly ChannelBook _book;
    private readonly ChainFollower _follower;
    private readonly TimeProvider _time;
    private volatile UnclaimedFunds _funds = UnclaimedFunds.None;
    private (long At, TimeSpan Took)? _read;

    public ChannelAlerts(ChannelBook book, ChainFollower follower, AlertMetrics metrics, TimeProvider time)
    {
        (_book, _follower, _time) = (book, follower, time);
        metrics.ObserveUnclaimed(
            () => _funds.Total.ToDouble(),
            () => _funds is { First: not null } funds && _follower.Head is { } head
                ? funds.FirstExpiration.ToDouble() - head.Number
                : null);
    }

    public IEnumerable<AlertProblem> Find(AlertOptions options)
    {
        Read((ulong)options.ExpiryBlocks);
        UnclaimedFunds funds = _funds;
        if (UInt256.TryParse(options.UnclaimedCogs ?? "", out UInt256 most) && funds.Total > most)
        {
            yield return new AlertProblem(
                AlertRule.ValueAtRisk, "", $"{funds.Total} cogs of {funds.Channels} channels are authorized and not claimed.");
        }

        if (funds.ExpiringChannels > 0 && funds.Expiring >= UInt256.Parse(options.ExpiringCogs))
        {
            yield return new AlertProblem(
                AlertRule.ChannelExpiring, "",
                $"{funds.Expiring} cogs are not claimed in {funds.ExpiringChannels} channels that expire within {options.ExpiryBlocks} "
                    + $"blocks; the first is channel {funds.First}, at block {funds.FirstExpiration}.");
        }
    }

    private void Read(ulong blocks)
    {
        long start = _time.GetTimestamp();
        if (_read is { } last && _time.GetElapsedTime(last.At, start) is var since && (since < s_interval || since < Share * last.Took))
        {
            return;
        }

        _funds = UnclaimedFunds.Read(_book, _follower.Head?.Number is { } head ? head + blocks : 0);
        _read = (start, _time.GetElapsedTime(start));
    }
}
