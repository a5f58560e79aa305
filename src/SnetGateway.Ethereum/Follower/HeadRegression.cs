using SnetGateway.Ethereum.JsonRpc;
using SnetGateway.Payments.Chain;

namespace SnetGateway.Ethereum.Follower;

/// <summary>
/// Decides what it means when an endpoint's head is below the followed blocks. Nearly always the endpoint is behind, and accepting its head
/// would undo claims that were made. It is another chain (such as a restarted development chain under an old ledger) if a known block has
/// another hash there. If no known block is low enough to compare, it is another chain once every endpoint that reports to be synced has
/// stayed below for a minute. An endpoint that has the known block is waited for, because it may have been restored from a backup. But one
/// that follows the chain reaches every block of it: what none has reached for an hour, although their heads move, was never a block.
/// </summary>
internal sealed class HeadRegression(TimeProvider time)
{
    public static readonly TimeSpan Timeout = TimeSpan.FromMinutes(1);

    /// <summary>Time after which a block that no endpoint reaches is given up.</summary>
    public static readonly TimeSpan GiveUpTime = TimeSpan.FromHours(1);

    /// <summary>A head that has not moved for so long is of a node that is stuck, which says nothing.</summary>
    private static readonly TimeSpan s_stuckTime = TimeSpan.FromMinutes(10);

    private volatile Known? _oldest;
    private Below? _below;
    private long? _belowSince;

    /// <summary>
    /// Remembers a block of the followed chain if it is the lowest so far: nearly every head can be compared with that one.
    /// </summary>
    public void Note(ChainBlock block)
    {
        if (_oldest is not { } known || block.Number < known.Block.Number)
        {
            _oldest = new Known(block);
        }
    }

    /// <summary>Forgets the blocks of a chain that no longer exists, and begins with this one.</summary>
    public void Restart(ChainBlock block) => _oldest = new Known(block);

    /// <summary>True when a known block is low enough to compare with a chain of that height.</summary>
    public bool CanCompare(ulong head) => _oldest is { } known && known.Block.Number <= head;

    /// <summary>True when the known block has another hash there. False when they cannot be compared.</summary>
    public async ValueTask<bool> IsOfAnotherChainAsync(JsonRpcEndpoint endpoint, ulong head, CancellationToken cancellationToken) =>
        _oldest is { } known && known.Block.Number <= head
        && await endpoint.BlockAsync(known.Block.Number, cancellationToken) is { } there && there.Hash != known.Block.Hash;

    /// <summary>
    /// True when all endpoints have stayed below an earlier process's cursor, with nothing to compare, for as long as a node may need to
    /// find its peers. Called at each read; a read with <paramref name="allBelow"/> false restarts the time.
    /// </summary>
    public bool HasWaited(bool allBelow)
    {
        if (!allBelow)
        {
            _belowSince = null;
            return false;
        }

        _belowSince ??= time.GetTimestamp();
        return time.GetElapsedTime(_belowSince.Value) >= Timeout;
    }

    /// <summary>An endpoint has reached the newest known block.</summary>
    public void Reached() => _below = null;

    /// <summary>
    /// True when no endpoint has reached the newest known block for <see cref="GiveUpTime"/>, while their heads moved. Called for each head
    /// that is below it.
    /// </summary>
    public bool IsGivenUp(ulong head)
    {
        long now = time.GetTimestamp();
        Below below = _below ??= new Below(now, head, null);
        if (head > below.Highest)
        {
            _below = below = below with { Highest = head, MovedAt = now };
        }

        return below.MovedAt is { } moved
            && time.GetElapsedTime(below.Since, now) >= GiveUpTime && time.GetElapsedTime(moved, now) < s_stuckTime;
    }

    /// <param name="Since">When a head was below the newest known block for the first time.</param>
    /// <param name="Highest">The highest of these heads.</param>
    /// <param name="MovedAt">When it rose; null before it did.</param>
    private sealed record Below(long Since, ulong Highest, long? MovedAt);

    /// <summary>A class, so that readers on other threads see a whole block.</summary>
    private sealed record Known(ChainBlock Block);
}
