using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using SnetGateway.Ethereum.JsonRpc;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.Follower;

/// <summary>
/// The gateway's eye on the chain (design, rules 10 to 13): keeps the head, keeps the known channels true by their events, and reads single
/// channels when a call needs it. Polling is all the traffic there is while every channel that pays is known.
/// </summary>
/// <remarks>
/// The parts: <see cref="HeadReader"/> the newest block, <see cref="LogFollower"/> events and reorganisations, <see cref="ChannelReader"/> single
/// channels, <see cref="ReadBudget"/> how many of those. Nothing here waits for the chain before <see cref="RunAsync"/> is called, and nothing
/// throws because the chain is away.
/// </remarks>
public sealed class ChainFollower : IChannelReader, IAsyncDisposable
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    // One URL is often several nodes, of which one is a block behind another for a moment: nothing to speak of.
    private static readonly TimeSpan UsualLag = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan SaveInterval = TimeSpan.FromSeconds(1);

    // A cursor that only grew newer, on a chain that makes no blocks, is worth a write now and then: staleness is counted from it.
    private static readonly TimeSpan SaveUnmovedInterval = TimeSpan.FromSeconds(30);

    private readonly ChainOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Jitter _jitter;
    private readonly EthereumClient _client;
    private readonly HeadReader _heads;
    private readonly ReadBudget _budget;
    private readonly LogFollower _logs;
    private readonly ChannelReader _looks;
    private readonly StaleChannels _stale = new();
    private readonly CancellationTokenSource _stopping = new();
    private int _isDisposed;
    private volatile LastRun _outcome = new(null, null);
    private ChainBlock? _saved;
    private long _savedAt;

    /// <summary>Puts the parts together; asks nobody yet.</summary>
    /// <param name="options">Validated options.</param>
    /// <param name="book">The channels to keep true.</param>
    /// <param name="time">Clock.</param>
    /// <param name="random">Spreads retries. Used under a lock.</param>
    /// <param name="loggers">For the category of this type.</param>
    /// <param name="meters">For the meter "SnetGateway".</param>
    /// <param name="handler">Carries the HTTP requests; null for the usual one. Not disposed here.</param>
    public ChainFollower(
        ChainOptions options,
        ChannelBook book,
        TimeProvider time,
        Random random,
        ILoggerFactory loggers,
        IMeterFactory meters,
        HttpMessageHandler? handler = null)
    {
        _options = options;
        _time = time;
        _logger = loggers.CreateLogger<ChainFollower>();
        _jitter = new Jitter(random);
        var metrics = new ChainMetrics(meters);
        var recent = new RecentBlocks(Math.Max(options.FinalityDepth, options.Confirmations));
        var reorganised = new ReorganisedChannels(book, metrics, _logger);
        _client = new EthereumClient(options, handler, time, _jitter, metrics, _logger);
        var lower = new HeadRegression(time);
        _heads = new HeadReader(_client, options, recent, lower, time, _stopping.Token);
        _budget = new ReadBudget(options.ReadsPerSecond, options.MaxWaitingReads, time);
        _logs = new LogFollower(options.Escrow, options, book, recent, reorganised, _stale, lower, metrics, _logger);
        _looks = new ChannelReader(_client, options.Escrow, book, _heads, _budget, _logs, reorganised, metrics, _stopping.Token);
        metrics.Observe(() => Status, time);
    }

    /// <inheritdoc/>
    public ChainBlock? Head => _heads.View?.Head;

    /// <inheritdoc/>
    public ChainBlock? Cursor => _logs.Cursor;

    /// <summary>For health checks and people. Cheap.</summary>
    public ChainStatus Status => new(Head, Cursor, _outcome.LastSuccess, _outcome.LastFailure, _budget.Waiting, _client.Endpoints);

    /// <inheritdoc/>
    public ValueTask<ChannelReadResult> ReadChannelAsync(ChannelId id, ReadPriority priority, CancellationToken cancellationToken) =>
        _looks.ReadChannelAsync(id, priority, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<bool> RefreshHeadAsync(CancellationToken cancellationToken) => await _heads.RefreshAsync(cancellationToken) == HeadReadResult.Read;

    /// <summary>
    /// Follows the chain until it is cancelled; run once, beside everything else. Survives its own failures, with growing pauses.
    /// </summary>
    /// <param name="cursor">What an earlier process wrote down, or null.</param>
    /// <param name="saveCursor">Writes the cursor down; called at most once a second. May fail: it is called again.</param>
    /// <param name="claimSeen">Hears of each claim of a known channel. May not wait.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task RunAsync(
        ChainBlock? cursor,
        Func<ChainBlock, CancellationToken, ValueTask>? saveCursor,
        Action<ChannelClaimSeen>? claimSeen,
        CancellationToken cancellationToken)
    {
        _saved = cursor;
        _logs.ClaimSeen = claimSeen;
        if (cursor is { } resumed)
        {
            _heads.Resume(resumed);
            _logs.Resume(resumed);
        }

        int failures = 0;
        while (!cancellationToken.IsCancellationRequested)
        {
            TimeSpan pause = _options.PollInterval;
            try
            {
                await FollowOnceAsync(cancellationToken);
                _outcome = new LastRun(_time.GetUtcNow(), null);
                failures = 0;
                await SaveAsync(saveCursor, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Whatever goes wrong, the chain must be followed again afterwards.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                _outcome = _outcome with { LastFailure = exception.Message };
                pause = _jitter.BackOff(_options.PollInterval, LongestPause, ++failures);
                Report(exception, failures, pause);
            }

            try
            {
                await Task.Delay(pause, _time, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <summary>Ends what is under way. A container that knows the follower by two names asks twice.</summary>
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

    /// <summary>One round: the head, the logs up to it, and channels to read again.</summary>
    internal async ValueTask FollowOnceAsync(CancellationToken cancellationToken)
    {
        HeadReadResult news = await _heads.RefreshAsync(cancellationToken);
        if (_heads.View?.Head is not { } head || news == HeadReadResult.Unreachable || (news == HeadReadResult.Behind && _time.GetUtcNow() - head.SeenAt > UsualLag))
        {
            throw NoFreshHead();
        }

        await _client.AskAsync((endpoint, token) => _logs.AdvanceAsync(endpoint, head, token), cancellationToken);
        await _stale.ReadAsync(_looks, cancellationToken);
    }

    private Exception NoFreshHead()
    {
        if (_heads.Failure is { } failure and not (EndpointException or JsonRpcErrorException))
        {
            return failure;
        }

        string faults = string.Join("; ", _client.Endpoints.Select(endpoint => $"{endpoint.Name}: {endpoint.Fault ?? "no answer"}"));
        return _heads.Failure as JsonRpcErrorException ?? (Exception)new EndpointException(EndpointFault.Unreachable, faults);
    }

    private async ValueTask SaveAsync(Func<ChainBlock, CancellationToken, ValueTask>? saveCursor, CancellationToken cancellationToken)
    {
        if (saveCursor is null || Cursor is not { } cursor || cursor == _saved)
        {
            return;
        }

        bool moved = _saved is not { } saved || saved.Hash != cursor.Hash;
        if (_savedAt != 0 && _time.GetElapsedTime(_savedAt) < (moved ? SaveInterval : SaveUnmovedInterval))
        {
            return;
        }

        try
        {
            _savedAt = _time.GetTimestamp();
            await saveCursor(cursor, cancellationToken);
            _saved = cursor;
        }
#pragma warning disable CA1031 // The store's trouble is the store's to report; following goes on, and the next round writes again.
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
            ChainLog.FollowBroke(_logger, exception, pause.TotalSeconds);
        }
        else if (failures == 1)
        {
            // Once per outage: the endpoints' own lines tell the rest.
            ChainLog.FollowFailed(_logger, exception.Message, pause.TotalSeconds);
        }
    }

    private sealed record LastRun(DateTimeOffset? LastSuccess, string? LastFailure);
}
