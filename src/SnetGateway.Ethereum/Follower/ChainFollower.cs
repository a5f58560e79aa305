using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using SnetGateway.Ethereum.JsonRpc;
using SnetGateway.Ethereum.Registry;
using SnetGateway.Ethereum.Transactions;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Claims.Sending;
using SnetGateway.Payments.FreeCalls;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.Follower;

/// <summary>
/// Follows the chain (rules 10 to 13): it knows the newest block, keeps the known channels up to date by their events, and reads single
/// channels when a call needs it. While all paying channels are known, polling for new blocks is the only traffic.
/// </summary>
/// <remarks>
/// <para>Each round of <see cref="RunAsync"/>, in this order:</para>
/// <list type="number">
/// <item><see cref="HeadReader"/> reads the newest block and `nextChannelId` from the first endpoint that is not behind or stalled.
/// <see cref="HeadRegression"/> decides whether a lower head means an endpoint that is behind, or another chain.</item>
/// <item><see cref="LogFollower"/> applies the escrow contract's events from the cursor to that block, and detects reorganisations by the
/// hashes in <see cref="RecentBlocks"/>. <see cref="EventApplier"/> raises the channel's nonce immediately for a claim; other events mark
/// the channel as outdated. Both add it to <see cref="StaleChannels"/>. Channels that a reorganisation affects are marked in
/// <see cref="ReorganisedChannels"/>. Where services use the Registry contract, the same request returns its events
/// (<see cref="FollowedLogs"/>).</item>
/// <item><see cref="StaleChannels"/> are read again, as far as the <see cref="ReadBudget"/> has requests to spare.</item>
/// <item>The cursor is saved.</item>
/// </list>
/// <para>
/// Concurrently, calls read single channels through <see cref="ChannelReader"/>. The order that makes this safe: an event is first recorded
/// in <see cref="RecentEvents"/> and then applied to the channel; a reading is first put into the channel book and then checked against
/// <see cref="RecentEvents"/>. Whichever comes second sees the other, so no event is missed by a reading that was in flight. A reading at a
/// block that the logs have not reached waits in <see cref="UnverifiedReadings"/> until they do.
/// </para>
/// <para>Nothing waits for the chain before <see cref="RunAsync"/> is called, and nothing throws because the chain is unreachable.</para>
/// </remarks>
public sealed class ChainFollower : IChannelReader, ITokenBalances, IAsyncDisposable
{
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(10);

    // One URL is often several nodes, of which one may be a block behind another for a moment. That is not reported.
    private static readonly TimeSpan s_normalLag = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_saveInterval = TimeSpan.FromSeconds(1);

    // A cursor whose time moved but not its block is saved rarely. It is worth saving because staleness is counted from that time.
    private static readonly TimeSpan s_saveUnmovedInterval = TimeSpan.FromSeconds(30);

    private readonly ChainOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Jitter _jitter;
    private readonly EthereumClient _client;
    private readonly HeadReader _heads;
    private readonly EventApplier _events;
    private readonly LogFollower _logs;
    private readonly ChannelReader _reader;
    private readonly TokenBalances _balances;
    private readonly StaleChannels _stale;
    private readonly FollowPace _pace;
    private readonly CancellationTokenSource _stopping = new();
    private int _isDisposed;
    private volatile LastRun _outcome = new(null, null);
    private ChainBlock? _saved;
    private long _savedAt;
    private DateTimeOffset _restedUntil;

    /// <summary>Creates the parts. Sends no request.</summary>
    /// <param name="options">Validated options.</param>
    /// <param name="book">The channels to keep up to date.</param>
    /// <param name="time">Clock.</param>
    /// <param name="random">Spreads retries over time. Used under a lock.</param>
    /// <param name="loggers">Creates the logger of this type.</param>
    /// <param name="meters">Creates the meter "SnetGateway".</param>
    /// <param name="handler">Sends the HTTP requests; null for the default one. The caller disposes it.</param>
    /// <param name="registry">Gets the events of the Registry contract, where it watches one; null for none.</param>
    public ChainFollower(
        ChainOptions options,
        ChannelBook book,
        TimeProvider time,
        Random random,
        ILoggerFactory loggers,
        IMeterFactory meters,
        HttpMessageHandler? handler = null,
        RegistryWatch? registry = null)
    {
        _options = options;
        _time = time;
        _logger = loggers.CreateLogger<ChainFollower>();
        _jitter = new Jitter(random);
        _pace = new FollowPace(options, time);
        _stale = new StaleChannels(time);
        var metrics = new ChainMetrics(meters);
        var recent = new RecentBlocks(Math.Max(options.FinalityDepth, options.Confirmations));
        var reorganised = new ReorganisedChannels(book, metrics, _logger);
        _client = new EthereumClient(options, handler, time, _jitter, metrics, _logger);
        var regression = new HeadRegression(time);
        _heads = new HeadReader(_client, options, recent, regression, time, _stopping.Token);
        _events = new EventApplier(book, new RecentEvents(options.FinalityDepth), _stale, _logger);
        var logs = new FollowedLogs(options.Escrow, registry ?? new RegistryWatch(time), time, _logger);
        _logs = new LogFollower(logs, options, book, recent, reorganised, _stale, _events, regression, metrics, _logger);
        _reader = new ChannelReader(_client, options, book, _heads, _logs, reorganised, metrics, time, _stopping.Token);
        Transactions = new ClaimTransactions(_client, options.Escrow, (ulong)options.FinalityDepth);
        _balances = new TokenBalances(_client, options.Escrow, _heads, time, _stopping.Token);
        metrics.Observe(() => Status, time);
    }

    /// <summary>Transactions of payees, by the same endpoints.</summary>
    public IClaimTransactions Transactions { get; }

    /// <inheritdoc/>
    public ChainBlock? Head => _heads.View?.Head;

    /// <inheritdoc/>
    public ChainBlock? Cursor => _logs.Cursor;

    /// <summary>A snapshot for health checks and operators. Cheap.</summary>
    public ChainStatus Status => new(Head, Cursor, _outcome.LastSuccess, _outcome.LastFailure, _reader.Waiting, _client.Endpoints);

    /// <inheritdoc/>
    public ValueTask<ChannelReadResult> ReadChannelAsync(ChannelId id, ReadPriority priority, CancellationToken cancellationToken) =>
        _reader.ReadChannelAsync(id, priority, cancellationToken);

    /// <inheritdoc/>
    public void ReadLater(ChannelId id) => _stale.AddToConfirm(id);

    /// <inheritdoc/>
    public ValueTask CatchUpAsync(CancellationToken cancellationToken) => _pace.UseAsync(cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<bool> RefreshHeadAsync(CancellationToken cancellationToken) =>
        await _heads.RefreshAsync(cancellationToken) == HeadReadResult.Read;

    /// <inheritdoc/>
    public ValueTask<UInt256?> BalanceOfAsync(Address owner, CancellationToken cancellationToken) =>
        _balances.BalanceOfAsync(owner, cancellationToken);

    /// <summary>
    /// Called with the newest block that is left, after a reorganisation: claims after it are undone, and reported again where the chain
    /// has them again. Must not block. Set it before following.
    /// </summary>
    public Action<ulong>? ClaimsUndone
    {
        set => _events.ClaimsUndone = value;
    }

    /// <summary>
    /// Called when a sender took everything back after the expiry, with the cogs that were signed and not claimed: they are lost. Must not
    /// block, or throw. Set it before following.
    /// </summary>
    public Action<ChannelId, UInt256>? FundsTakenBack
    {
        set => _events.FundsTakenBack = value;
    }

    /// <summary>
    /// Follows the chain until it is cancelled. Call it once. It survives its own failures and retries with growing pauses.
    /// </summary>
    /// <param name="cursor">The cursor that an earlier process saved, or null.</param>
    /// <param name="saveCursor">Saves the cursor; called at most once a second. When it throws, it is called again in a later
    /// round.</param>
    /// <param name="claimSeen">Called for each claim of a known channel. Must not block.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task RunAsync(
        ChainBlock? cursor,
        Func<ChainBlock, CancellationToken, ValueTask>? saveCursor,
        Action<ChannelClaimSeen>? claimSeen,
        CancellationToken cancellationToken)
    {
        _saved = cursor;
        _events.ClaimSeen = claimSeen;
        if (cursor is { } resumed)
        {
            _heads.Resume(resumed);
            _logs.Resume(resumed);
        }

        int failures = 0;
        while (!cancellationToken.IsCancellationRequested)
        {
            TimeSpan pause = _options.PollInterval;
            bool isUpToDate = false;
            try
            {
                isUpToDate = await FollowOnceAsync(cancellationToken);
                _pace.RoundEnded(); // before the cursor is saved, which may take long
                _outcome = new LastRun(_time.GetUtcNow(), null);
                failures = 0;
                await SaveAsync(saveCursor, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // After any failure the chain must be followed again.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                _outcome = _outcome with { LastFailure = exception.Message };
                pause = _jitter.BackOff(_options.PollInterval, s_longestPause, ++failures);
                Report(exception, failures, pause);
            }

            try
            {
                _pace.RoundEnded();
                if (await _pace.PauseAsync(pause, isUpToDate, cancellationToken))
                {
                    _restedUntil = _time.GetUtcNow();
                }
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <summary>Cancels pending requests. May be called twice, because the container registers the follower under two types.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        await _stopping.CancelAsync();
        _client.Dispose();
        _stopping.Dispose();
    }

    /// <summary>One round: the head, the logs up to it, and the stale channels. False if the endpoints were behind.</summary>
    internal async ValueTask<bool> FollowOnceAsync(CancellationToken cancellationToken)
    {
        HeadReadResult result = await _heads.RefreshAsync(cancellationToken);
        bool isBehind = result == HeadReadResult.Behind;
        if (_heads.View is not { } view
            || result == HeadReadResult.Unreachable
            || (isBehind && _time.GetUtcNow() - Later(view.Head.SeenAt, _restedUntil) > s_normalLag))
        {
            throw NoFreshHead();
        }

        await _client.RunAsync((endpoint, token) => _logs.AdvanceAsync(endpoint, view, token), cancellationToken);
        await _stale.ReadAsync(_reader, cancellationToken);
        return !isBehind;
    }

    private static DateTimeOffset Later(DateTimeOffset left, DateTimeOffset right) => left > right ? left : right;

    private Exception NoFreshHead()
    {
        if (_heads.Failure is { } failure and not (EndpointException or JsonRpcErrorException))
        {
            return failure;
        }

        string faults = string.Join("; ", _client.Endpoints.Select(endpoint => $"{endpoint.Name}: {endpoint.Fault ?? "no response"}"));
        return _heads.Failure as JsonRpcErrorException ?? (Exception)new EndpointException(EndpointFault.Unreachable, faults);
    }

    private async ValueTask SaveAsync(Func<ChainBlock, CancellationToken, ValueTask>? saveCursor, CancellationToken cancellationToken)
    {
        if (saveCursor is null || Cursor is not { } cursor || cursor == _saved)
        {
            return;
        }

        bool moved = _saved is not { } saved || saved.Hash != cursor.Hash;
        TimeSpan interval = _pace.IsIdle ? _pace.SaveInterval : moved ? s_saveInterval : s_saveUnmovedInterval;
        if (_savedAt != 0 && _time.GetElapsedTime(_savedAt) < interval)
        {
            return;
        }

        try
        {
            _savedAt = _time.GetTimestamp();
            await saveCursor(cursor, cancellationToken);
            _saved = cursor;
        }
#pragma warning disable CA1031 // The store reports its own failure. Following continues, and a later round saves again.
        catch (Exception exception) when (exception is not OperationCanceledException)
#pragma warning restore CA1031
        {
            ChainLog.CursorNotSaved(_logger, exception);
        }
    }

    private void Report(Exception exception, int failures, TimeSpan pause)
    {
        if (exception is not (EndpointException or JsonRpcErrorException))
        {
            ChainLog.FollowFailedUnexpectedly(_logger, exception, pause.TotalSeconds);
        }
        else if (failures == 1)
        {
            // Once per outage: each endpoint's failures are logged as well.
            ChainLog.FollowFailed(_logger, exception.Message, pause.TotalSeconds);
        }
    }

    private sealed record LastRun(DateTimeOffset? LastSuccess, string? LastFailure);
}
