using SnetGateway.Ethereum.Abi;
using SnetGateway.Ethereum.JsonRpc;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.Follower;

/// <summary>
/// Keeps the head and `nextChannelId`, read together, at most every 250 ms whoever asks; those who ask meanwhile share one question. Outside
/// the read budget: its cost does not grow with callers.
/// </summary>
/// <remarks>
/// The first endpoint that works is believed, unless it is below what was seen already or stands still: then the next is asked, and an endpoint that
/// knew less than another is set aside. A node that was restarted from a snapshot or lost its peers answers as readily as any.
/// </remarks>
internal sealed class HeadReader(
    EthereumClient client,
    ChainOptions options,
    RecentBlocks recent,
    HeadRegression lower,
    TimeProvider time,
    CancellationToken stopping)
{
    public static readonly TimeSpan MinInterval = TimeSpan.FromMilliseconds(250);

    private readonly Lock _lock = new();
    private volatile HeadView? _view;
    private volatile Floor? _floor;
    private Task<HeadReadResult>? _running;
    private Task<HeadReadResult>? _next;
    private long? _lastStart;
    private long _newSince;

    /// <summary>The newest view. Null until an endpoint has answered.</summary>
    public HeadView? View => _view;

    /// <summary>Why the last reading gave no news.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>What an earlier process followed up to: an endpoint below it is behind. Set before the first reading.</summary>
    public void Resume(ChainBlock cursor) => _floor = new Floor(cursor.Number);

    /// <summary>
    /// Waits for a view whose reading began after this call did: a refusal by it is not one that a fresher look would cure. A client may have
    /// topped up a moment ago. At most 250 ms and one answer of an endpoint away.
    /// </summary>
    public ValueTask<HeadReadResult> RefreshAsync(CancellationToken cancellationToken)
    {
        Task<HeadReadResult> reading;
        lock (_lock)
        {
            reading = _next ??= ReadNextAsync();
        }

        return new ValueTask<HeadReadResult>(reading.WaitAsync(cancellationToken));
    }

    private async Task<HeadReadResult> ReadNextAsync()
    {
        // Never runs on under the caller's lock.
        await Task.Yield();
        Task<HeadReadResult>? before;
        TimeSpan pause;
        lock (_lock)
        {
            before = _running;
        }

        if (before is not null)
        {
            await before;
        }

        lock (_lock)
        {
            pause = _lastStart is { } start ? MinInterval - time.GetElapsedTime(start) : TimeSpan.Zero;
        }

        try
        {
            if (pause > TimeSpan.Zero)
            {
                await Task.Delay(pause, time, stopping);
            }
        }
        catch (OperationCanceledException)
        {
            return HeadReadResult.Unreachable;
        }

        // From here on a new caller gets a reading of its own, which begins after this one.
        lock (_lock)
        {
            _running = _next;
            _next = null;
            _lastStart = time.GetTimestamp();
        }

        HeadReadResult news = await ReadAsync();
        lock (_lock)
        {
            _running = null;
        }

        return news;
    }

    /// <summary>One reading, by as many endpoints as it takes. Never throws: the next must begin, whatever broke this one.</summary>
    private async Task<HeadReadResult> ReadAsync()
    {
        var heads = new EndpointHeads();
        try
        {
            JsonRpcEndpoint believed = await client.AskAsync((endpoint, token) => ReadAsync(endpoint, heads, token), stopping);
            heads.Behind.Remove(believed); // at its second try: one URL may be several nodes
            foreach ((JsonRpcEndpoint endpoint, string reason) in heads.Behind)
            {
                client.SetAside(endpoint, reason);
            }

            return HeadReadResult.Read;
        }
#pragma warning disable CA1031 // Told to who follows the chain; here it only means that there is nothing new.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Failure = exception;
        }

        if (_view is null && lower.HasWaited(heads.Incomparable.Count == client.Endpoints.Count))
        {
            _floor = null; // the next reading takes them at their word
        }

        // A chain that makes no block now is read as it stands, and its view grows old.
        return heads.StandsStill ? HeadReadResult.Read
            : heads.Behind.Count > 0 ? HeadReadResult.Behind
            : HeadReadResult.Unreachable;
    }

    private async ValueTask<JsonRpcEndpoint> ReadAsync(JsonRpcEndpoint endpoint, EndpointHeads heads, CancellationToken cancellationToken)
    {
        DateTimeOffset askedAt = time.GetUtcNow();
        BlockHeader latest = await endpoint.LatestBlockAsync(cancellationToken);
        HeadView? known = _view;
        if (known is not null && latest.Hash == known.Head.Hash)
        {
            if (options.BlocksAreDueAfter is { } due && time.GetElapsedTime(_newSince) > due)
            {
                throw heads.Still(endpoint, latest.Number);
            }

            _view = known with { Head = known.Head with { SeenAt = askedAt }, Target = known.Target with { SeenAt = askedAt } };
            return endpoint;
        }

        ulong floor = known?.Head.Number ?? _floor?.Number ?? 0;
        if (latest.Number < floor && await IsBehindAsync(endpoint, latest, heads, cancellationToken))
        {
            throw heads.Below(endpoint, latest.Number, floor);
        }

        // The number of channels is asked at that very block, after it: an id below it must be readable there.
        byte[] answer = await endpoint.CallAsync(options.Escrow, EscrowCalls.NextChannelId(), latest.Hash, cancellationToken);
        if (!EscrowCalls.TryReadNextChannelId(answer, out UInt256 next))
        {
            throw EthereumQueries.Malformed("nextChannelId()");
        }

        BlockHeader target = await TargetAsync(endpoint, latest, cancellationToken);
        _newSince = time.GetTimestamp();
        _view = new HeadView(new ChainBlock(latest.Number, latest.Hash, askedAt), next, new ChainBlock(target.Number, target.Hash, askedAt));
        return endpoint;
    }

    /// <summary>
    /// A lower head is an endpoint that is behind, unless it shows another hash for a block that was followed (design, rule 13). Of an earlier
    /// process' blocks the readings are known at most; where none is low enough, and the endpoint says that it is synced, time must tell.
    /// </summary>
    private async ValueTask<bool> IsBehindAsync(
        JsonRpcEndpoint endpoint, BlockHeader latest, EndpointHeads heads, CancellationToken cancellationToken)
    {
        if (recent.TryGet(latest.Number, out BlockHeader followed))
        {
            return followed.Hash == latest.Hash;
        }

        if (lower.CanCompare(latest.Number))
        {
            return !await lower.IsOfAnotherChainAsync(endpoint, latest.Number, cancellationToken);
        }

        if (_view is null && !await endpoint.IsSyncingAsync(cancellationToken))
        {
            heads.Incomparable.Add(endpoint);
        }

        return true;
    }

    private async ValueTask<BlockHeader> TargetAsync(JsonRpcEndpoint endpoint, BlockHeader latest, CancellationToken cancellationToken)
    {
        var confirmations = (ulong)options.Confirmations;
        if (confirmations == 0)
        {
            return latest;
        }

        ulong number = latest.Number > confirmations ? latest.Number - confirmations : 0;
        return await endpoint.BlockAsync(number, cancellationToken) ?? throw EthereumQueries.Malformed("eth_getBlockByNumber");
    }

    /// <summary>What an earlier process had seen. An object, so that another thread sees all of it.</summary>
    private sealed record Floor(ulong Number);

    /// <summary>What the endpoints that were asked in one reading have to show, other than news.</summary>
    private sealed class EndpointHeads
    {
        /// <summary>Below what was seen already, or standing still; each with what to say of it.</summary>
        public Dictionary<JsonRpcEndpoint, string> Behind { get; } = [];

        /// <summary>Below the cursor of an earlier process, synced by their own word, and with no block that is known here.</summary>
        public HashSet<JsonRpcEndpoint> Incomparable { get; } = [];

        public bool StandsStill { get; private set; }

        public JsonRpcErrorException Below(JsonRpcEndpoint endpoint, ulong number, ulong known) =>
            Note(endpoint, $"its head {number} is below block {known}, which was seen already");

        public JsonRpcErrorException Still(JsonRpcEndpoint endpoint, ulong number)
        {
            StandsStill = true;
            return Note(endpoint, $"its head stays at block {number}");
        }

        private JsonRpcErrorException Note(JsonRpcEndpoint endpoint, string reason)
        {
            Behind[endpoint] = reason;
            return new JsonRpcErrorException(0, reason);
        }
    }
}

/// <summary>What came of looking for a new head.</summary>
internal enum HeadReadResult
{
    /// <summary>The view is that of an endpoint that was asked just now.</summary>
    Read,

    /// <summary>Endpoints answered, and each is below what was seen already.</summary>
    Behind,

    /// <summary>No endpoint gave a usable answer.</summary>
    Unreachable,
}
