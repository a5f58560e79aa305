using SnetGateway.Ethereum.Abi;
using SnetGateway.Ethereum.JsonRpc;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.Follower;

/// <summary>
/// Reads the head and `nextChannelId` together, at most every 250 ms; concurrent callers share one read. It does not count against the read
/// budget, because its cost does not grow with the number of callers.
/// </summary>
/// <remarks>
/// The first endpoint that responds is used, unless its head is below a block that was seen already, or it is stalled. Then the next one is
/// asked, and the endpoint that was behind is set aside. A node that was restored from a snapshot or lost its peers responds as readily as
/// any other. A head that is further ahead than time allows is treated in the same way until it is confirmed (<see cref="HeadJumps"/>).
/// </remarks>
internal sealed class HeadReader(
    EthereumClient client,
    ChainOptions options,
    RecentBlocks recent,
    HeadRegression regression,
    TimeProvider time,
    CancellationToken stopping)
{
    public static readonly TimeSpan MinInterval = TimeSpan.FromMilliseconds(250);

    private readonly Lock _lock = new();
    private readonly HeadJumps _jumps = new(options.BlocksAreDueAfter is not null);
    private volatile HeadView? _view;
    private volatile Floor? _floor;
    private Task<HeadReadResult>? _running;
    private Task<HeadReadResult>? _next;
    private long? _lastStart;
    private long _newBlockAt;

    /// <summary>The newest view. Null before the first successful read.</summary>
    public HeadView? View => _view;

    /// <summary>Error of the last read that failed.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>
    /// Sets the block that an earlier process followed up to: an endpoint below it is behind. Call it before the first read.
    /// </summary>
    public void Resume(ChainBlock cursor) => _floor = new Floor(cursor);

    /// <summary>
    /// Waits for a read that began after this call, because a client may have topped up its channel a moment ago: a refusal must not be
    /// based on an older block. Takes at most 250 ms and one response of an endpoint.
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
        // Must not continue under the caller's lock.
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

        // From here on a new caller gets the next read, which begins after this one.
        lock (_lock)
        {
            _running = _next;
            _next = null;
            _lastStart = time.GetTimestamp();
        }

        HeadReadResult result = await ReadAsync();
        lock (_lock)
        {
            _running = null;
        }

        return result;
    }

    /// <summary>One read, with as many endpoints as needed. Does not throw, because callers wait for the next read.</summary>
    private async Task<HeadReadResult> ReadAsync()
    {
        var heads = new EndpointHeads();
        try
        {
            JsonRpcEndpoint used = await client.QueryAsync((endpoint, token) => ReadAsync(endpoint, heads, token), stopping);
            heads.Behind.Remove(used); // it succeeded at the second attempt: one URL may be several nodes
            _jumps.Clear();
            foreach ((JsonRpcEndpoint endpoint, string reason) in heads.Behind)
            {
                client.SetAside(endpoint, reason);
            }

            return HeadReadResult.Read;
        }
#pragma warning disable CA1031 // The follower reports it. Here it only means that there is no new view.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Failure = exception;
        }

        if (_view is null && regression.HasWaited(heads.Incomparable.Count == client.Endpoints.Count))
        {
            _floor = null; // the next read accepts their heads
        }

        // When the chain itself makes no blocks, the last view stays in use and grows old.
        return heads.IsStalled ? HeadReadResult.Read
            : heads.Behind.Count > 0 ? HeadReadResult.Behind
            : HeadReadResult.Unreachable;
    }

    private async ValueTask<JsonRpcEndpoint> ReadAsync(JsonRpcEndpoint endpoint, EndpointHeads heads, CancellationToken cancellationToken)
    {
        DateTimeOffset startedAt = time.GetUtcNow();
        BlockHeader latest = await endpoint.LatestBlockAsync(cancellationToken);
        HeadView? known = _view;
        if (known is not null && latest.Hash == known.Head.Hash)
        {
            if (options.BlocksAreDueAfter is { } due && time.GetElapsedTime(_newBlockAt) > due)
            {
                throw heads.Stalled(endpoint, latest.Number);
            }

            regression.Reached();
            _view = known with { Head = known.Head with { SeenAt = startedAt }, Target = known.Target with { SeenAt = startedAt } };
            return endpoint;
        }

        if ((known?.Head ?? _floor?.Block) is { } last)
        {
            if (latest.Number < last.Number && await IsBehindAsync(endpoint, latest, heads, cancellationToken)
                && !(regression.IsGivenUp(latest.Number) && !await endpoint.IsSyncingAsync(cancellationToken)))
            {
                throw heads.Below(endpoint, latest.Number, last.Number);
            }

            if (!await _jumps.IsBelievedAsync(endpoint, latest, last, startedAt, cancellationToken))
            {
                throw heads.TooFar(endpoint, latest.Number, last.Number);
            }

            regression.Reached();
            heads.Believe(latest.Number);
        }

        // `nextChannelId` is read at that very block, so every id below it can be read there.
        byte[] output = await endpoint.CallAsync(options.Escrow, EscrowCalls.NextChannelId(), latest.Hash, cancellationToken);
        if (!EscrowCalls.TryReadNextChannelId(output, out UInt256 next))
        {
            throw EthereumQueries.Malformed("nextChannelId()");
        }

        BlockHeader target = await TargetAsync(endpoint, latest, cancellationToken);
        _newBlockAt = time.GetTimestamp();
        _view = new HeadView(
            new ChainBlock(latest.Number, latest.Hash, startedAt), next, new ChainBlock(target.Number, target.Hash, startedAt), latest,
            endpoint);
        return endpoint;
    }

    /// <summary>
    /// A lower head means an endpoint that is behind, unless it has another hash for a followed block (rule 13). After a restart only the
    /// blocks of stored readings are known. When none of them is low enough to compare, and the endpoint reports that it is synced, a
    /// timeout decides.
    /// </summary>
    private async ValueTask<bool> IsBehindAsync(
        JsonRpcEndpoint endpoint, BlockHeader latest, EndpointHeads heads, CancellationToken cancellationToken)
    {
        if (recent.TryGet(latest.Number, out BlockHeader followed))
        {
            return followed.Hash == latest.Hash;
        }

        if (regression.CanCompare(latest.Number))
        {
            return !await regression.IsOfAnotherChainAsync(endpoint, latest.Number, cancellationToken);
        }

        if (_view is null && !await endpoint.IsSyncingAsync(cancellationToken))
        {
            heads.Incomparable.Add(endpoint);
        }

        return true;
    }

    private async ValueTask<BlockHeader> TargetAsync(JsonRpcEndpoint endpoint, BlockHeader latest, CancellationToken cancellationToken)
    {
        ulong confirmations = (ulong)options.Confirmations;
        if (confirmations == 0)
        {
            return latest;
        }

        ulong number = latest.Number > confirmations ? latest.Number - confirmations : 0;
        return await endpoint.BlockAsync(number, cancellationToken) ?? throw EthereumQueries.Malformed("eth_getBlockByNumber");
    }

    /// <summary>Lowest acceptable head, from an earlier process. A class, so that other threads see it whole.</summary>
    private sealed record Floor(ChainBlock Block);

    /// <summary>Heads of the endpoints that were asked in one read and gave no new view.</summary>
    private sealed class EndpointHeads
    {
        private readonly Dictionary<JsonRpcEndpoint, ulong> _unconfirmed = [];

        /// <summary>Endpoints below a block that was seen already, stalled, or too far ahead, with the reason.</summary>
        public Dictionary<JsonRpcEndpoint, string> Behind { get; } = [];

        /// <summary>Endpoints below the cursor of an earlier process that report to be synced and share no known block.</summary>
        public HashSet<JsonRpcEndpoint> Incomparable { get; } = [];

        public bool IsStalled { get; private set; }

        public JsonRpcErrorException Below(JsonRpcEndpoint endpoint, ulong number, ulong known) =>
            Note(endpoint, $"its head {number} is below block {known}, which was already seen");

        /// <summary>Its head may be true: the next read of it, or of another endpoint, decides.</summary>
        public JsonRpcErrorException TooFar(JsonRpcEndpoint endpoint, ulong number, ulong known)
        {
            _unconfirmed[endpoint] = number;
            return Note(endpoint, $"its head {number} is further after block {known} than time allows, and is not confirmed yet");
        }

        /// <summary>A head was accepted. Endpoints with one that was refused only for want of a confirmation are not behind.</summary>
        public void Believe(ulong number)
        {
            foreach ((JsonRpcEndpoint endpoint, _) in _unconfirmed.Where(claim => claim.Value <= number))
            {
                Behind.Remove(endpoint);
            }
        }

        public JsonRpcErrorException Stalled(JsonRpcEndpoint endpoint, ulong number)
        {
            IsStalled = true;
            return Note(endpoint, $"its head has stayed at block {number}");
        }

        private JsonRpcErrorException Note(JsonRpcEndpoint endpoint, string reason)
        {
            Behind[endpoint] = reason;
            return new JsonRpcErrorException(0, reason);
        }
    }
}

/// <summary>Result of a head read.</summary>
internal enum HeadReadResult
{
    /// <summary>The view is up to date.</summary>
    Read,

    /// <summary>Endpoints responded, but each is below a block that was seen already.</summary>
    Behind,

    /// <summary>No endpoint gave a usable response.</summary>
    Unreachable,
}
