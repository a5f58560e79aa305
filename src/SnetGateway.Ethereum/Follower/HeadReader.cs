using SnetGateway.Ethereum.Abi;
using SnetGateway.Ethereum.JsonRpc;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.Follower;

/// <summary>
/// Keeps the head and `nextChannelId`, read together, at most every 250 ms whoever asks; those who ask meanwhile share one question. Outside
/// the read budget: its cost does not grow with callers.
/// </summary>
internal sealed class HeadReader(
    EthereumClient client,
    Address escrow,
    ulong confirmations,
    RecentBlocks recent,
    LowerHead lower,
    TimeProvider time,
    CancellationToken stopping)
{
    public static readonly TimeSpan MinInterval = TimeSpan.FromMilliseconds(250);

    private readonly Lock _lock = new();
    private volatile HeadView? _view;
    private Task<bool>? _running;
    private Task<bool>? _next;
    private long? _lastStart;

    /// <summary>The newest view. Null until an endpoint has answered.</summary>
    public HeadView? View => _view;

    /// <summary>
    /// Waits for a view whose reading began after this call did: a refusal by it is not one that a fresher look would cure. A client may have
    /// topped up a moment ago. At most 250 ms and one answer of an endpoint away.
    /// </summary>
    public ValueTask<bool> RefreshAsync(CancellationToken cancellationToken)
    {
        Task<bool> reading;
        lock (_lock)
        {
            reading = _next ??= ReadNextAsync();
        }

        return new ValueTask<bool>(reading.WaitAsync(cancellationToken));
    }

    private async Task<bool> ReadNextAsync()
    {
        // Never runs on under the caller's lock.
        await Task.Yield();
        Task<bool>? before;
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
            return false;
        }

        // From here on a new caller gets a reading of its own, which begins after this one.
        lock (_lock)
        {
            _running = _next;
            _next = null;
            _lastStart = time.GetTimestamp();
        }

        bool success = false;
        try
        {
            await client.AskAsync(ReadAsync, stopping);
            success = true;
        }
        catch (Exception exception) when (exception is EndpointException or JsonRpcErrorException or OperationCanceledException)
        {
            // The endpoints' own state tells why; here it only means that there is nothing new.
        }
        finally
        {
            lock (_lock)
            {
                _running = null;
            }
        }

        return success;
    }

    private async ValueTask<bool> ReadAsync(JsonRpcEndpoint endpoint, CancellationToken cancellationToken)
    {
        DateTimeOffset askedAt = time.GetUtcNow();
        BlockHeader latest = await endpoint.LatestBlockAsync(cancellationToken);
        HeadView? known = _view;
        if (known is not null && latest.Hash == known.Head.Hash)
        {
            _view = known with { Head = known.Head with { SeenAt = askedAt }, Target = known.Target with { SeenAt = askedAt } };
        }
        else if (known is null || !await IsBehindAsync(endpoint, latest, known.Head, cancellationToken))
        {
            // The number of channels is asked at that very block, after it: an id below it must be readable there.
            byte[] answer = await endpoint.CallAsync(escrow, EscrowCalls.NextChannelId(), latest.Hash, cancellationToken);
            if (!EscrowCalls.TryReadNextChannelId(answer, out UInt256 next))
            {
                throw EthereumQuestions.Malformed("nextChannelId()");
            }

            BlockHeader target = await TargetAsync(endpoint, latest, cancellationToken);
            _view = new HeadView(
                new ChainBlock(latest.Number, latest.Hash, askedAt), next, new ChainBlock(target.Number, target.Hash, askedAt));
        }

        return true;
    }

    /// <summary>A lower head is an endpoint that is behind, unless it shows another hash for a block that was followed (design, rule 13).</summary>
    private async ValueTask<bool> IsBehindAsync(
        JsonRpcEndpoint endpoint, BlockHeader latest, ChainBlock head, CancellationToken cancellationToken)
    {
        if (latest.Number >= head.Number)
        {
            return false;
        }

        return recent.TryGet(latest.Number, out BlockHeader followed)
            ? followed.Hash == latest.Hash
            : !await lower.IsOfAnotherChainAsync(endpoint, latest.Number, cancellationToken);
    }

    private async ValueTask<BlockHeader> TargetAsync(JsonRpcEndpoint endpoint, BlockHeader latest, CancellationToken cancellationToken)
    {
        if (confirmations == 0)
        {
            return latest;
        }

        ulong number = latest.Number > confirmations ? latest.Number - confirmations : 0;
        return await endpoint.BlockAsync(number, cancellationToken) ?? throw EthereumQuestions.Malformed("eth_getBlockByNumber");
    }
}
