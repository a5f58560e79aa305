using Microsoft.Extensions.Options;
using SnetGateway.Ethereum;
using SnetGateway.Ethereum.Follower;
using SnetGateway.Gateway.Catalog;
using SnetGateway.Gateway.Health;
using SnetGateway.Payments;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Claims;
using SnetGateway.Payments.Ledger;
using SnetGateway.Payments.Pauses;

namespace SnetGateway.Gateway.PaymentCore;

/// <summary>
/// The life of the payment core, in order: the store is opened and its records are read before a listener opens; the chain is followed in
/// the background, and startup does not wait for it; at shutdown the follower stops first and the store is closed last (by the container).
/// Without payments it follows nothing, and the store is in memory.
/// </summary>
internal sealed class PaymentCoreHost(
    LedgerSync ledger,
    CursorStore cursor,
    ChannelBook book,
    LedgerMarker marker,
    ChainFollower follower,
    ClaimAudit claims,
    ClaimedAmounts claimed,
    IPaymentEvents events,
    LivePaidCallOptions liveOptions,
    LiveSnapshot live,
    PauseSwitch pauses,
    IOptionsMonitor<PaidCallOptions> paidCallOptions,
    Readiness readiness,
    ChainOptions chain,
    TimeProvider time,
    ILogger<PaymentCoreHost> logger) : IHostedLifecycleService, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private ChainBlock? _cursor;
    private DateTimeOffset _knownAtStart;
    private Task _following = Task.CompletedTask;
    private Task _watching = Task.CompletedTask;
    private Task _marking = Task.CompletedTask;
    private IDisposable? _optionChanges;

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        long start = time.GetTimestamp();
        pauses.Changed += Report;
        using (new NoGcScope())
        {
            _cursor = await ledger.LoadAsync(cancellationToken);
        }

        if (chain.IsConfigured)
        {
            double milliseconds = time.GetElapsedTime(start).TotalMilliseconds;
            PaymentEventLog.LedgerOpened(logger, book.Count, milliseconds);
            marker.Check();
            _knownAtStart = NewestKnown();
            readiness.Add("chain", DescribeChain);
        }
        else
        {
            PaymentEventLog.WithoutPayments(logger);
        }

        _optionChanges = paidCallOptions.OnChange(options => liveOptions.Current = options);
        live.Swapped += snapshot => book.Groups = snapshot.Catalog.Groups;
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (!chain.IsConfigured)
        {
            return Task.CompletedTask;
        }

        follower.ClaimsUndone = claimed.Undone;
        follower.FundsTakenBack = events.FundsTakenBack;
        _following = follower.RunAsync(
            _cursor,
            cursor.SaveAsync,
            TakeClaim,
            _stopping.Token);
        _watching = WatchAsync();
        _marking = marker.RunAsync(_stopping.Token);
        return Task.CompletedTask;
    }

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _following;
        await _watching;
        await _marking;
    }

    public void Dispose()
    {
        _optionChanges?.Dispose();
        _stopping.Dispose();
    }

    private void Report(PauseSet paused) => PaymentEventLog.PausesChanged(
        logger, paused.Since.Count == 0 ? "nothing" : string.Join(", ", paused.Since.Keys.Order(StringComparer.Ordinal)));

    private void TakeClaim(ChannelClaimSeen claim)
    {
        claimed.Seen(claim.Channel, claim.NewNonce, claim.PlannedAmount, claim.Block.Number);
        claims.Seen(claim.Channel, claim.NewNonce, claim.PlannedAmount);
    }

    /// <summary>Follows the settles of other replicas. Without it every call is still right: a stale record loses its comparison.</summary>
    private async Task WatchAsync()
    {
        try
        {
            await ledger.FollowAsync(_stopping.Token);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Shutdown.
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            PaymentEventLog.FeedEnded(logger, exception);
        }
    }

    /// <summary>
    /// The newest time at which the ledger knew the chain: a restart without a chain may serve until the staleness bound after it
    /// (rule 12).
    /// </summary>
    private DateTimeOffset NewestKnown()
    {
        DateTimeOffset newest = _cursor?.SeenAt ?? DateTimeOffset.MinValue;
        foreach (Channel channel in book.All)
        {
            if (channel.Record?.Reading?.Block.SeenAt is { } seen && seen > newest)
            {
                newest = seen;
            }
        }

        return newest;
    }

    private string? DescribeChain()
    {
        DateTimeOffset known = follower.Cursor?.SeenAt is { } cursor && cursor > _knownAtStart ? cursor : _knownAtStart;
        return time.GetUtcNow() - known <= chain.StalenessBound ? null : "was not read within the bound";
    }
}
