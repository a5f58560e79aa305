using SnetGateway.Ethereum.JsonRpc;
using SnetGateway.Payments.Chain;

namespace SnetGateway.Ethereum.Follower;

/// <summary>
/// What it means when an endpoint's head is below all that was followed: nearly always that it is behind, and to take its word then would take
/// claims back that were made. It is another chain (a development chain that began anew under an old ledger) if a block that is known here has
/// another hash there. If no known block is low enough to be compared, it is another chain once an endpoint that says it is synced has stayed
/// below for a minute. An endpoint that shows the known block is waited for, however long.
/// </summary>
internal sealed class HeadRegression(TimeProvider time)
{
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private volatile Known? _oldest;
    private long? _lowSince;

    /// <summary>Takes in a block of the followed chain; the lowest is kept, because nearly every head is above it.</summary>
    public void Note(ChainBlock block)
    {
        if (_oldest is not { } known || block.Number < known.Block.Number)
        {
            _oldest = new Known(block);
        }
    }

    /// <summary>Forgets the blocks of a chain that is no more, and begins with this one.</summary>
    public void Restart(ChainBlock block) => _oldest = new Known(block);

    /// <summary>Whether a chain of that height has a block that is known here.</summary>
    public bool CanCompare(ulong head) => _oldest is { } known && known.Block.Number <= head;

    /// <summary>Whether the block known here has another hash there. False where the two cannot be compared.</summary>
    public async ValueTask<bool> IsOfAnotherChainAsync(JsonRpcEndpoint endpoint, ulong head, CancellationToken cancellationToken) =>
        _oldest is { } known && known.Block.Number <= head
        && await endpoint.BlockAsync(known.Block.Number, cancellationToken) is { } there && there.Hash != known.Block.Hash;

    /// <summary>
    /// Whether all endpoints have stayed below the cursor of an earlier run, with nothing to compare, for as long as a node may take to find its
    /// peers. Asked at each reading; one at which some endpoint is not so begins the time anew.
    /// </summary>
    public bool HasWaited(bool allBelow)
    {
        if (!allBelow)
        {
            _lowSince = null;
            return false;
        }

        _lowSince ??= time.GetTimestamp();
        return time.GetElapsedTime(_lowSince.Value) >= Patience;
    }

    /// <summary>So that readers on other threads see a whole block.</summary>
    private sealed record Known(ChainBlock Block);
}
