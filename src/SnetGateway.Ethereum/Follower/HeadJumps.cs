using SnetGateway.Ethereum.JsonRpc;
using SnetGateway.Payments.Chain;

namespace SnetGateway.Ethereum.Follower;

/// <summary>
/// Decides whether a head that is further ahead than time allows may be believed. One false head would otherwise make all further ones look
/// like those of endpoints that are behind. Such a head needs a confirmation: a second endpoint has it, or a later head extends it.
/// </summary>
/// <param name="isRegular">
/// False where the chain makes blocks at will, as development chains do, or pauses: there nothing is too far ahead.
/// </param>
internal sealed class HeadJumps(bool isRegular)
{
    /// <summary>Blocks that are always believed, beside one for each second since the last head.</summary>
    public const int Slack = 64;

    private readonly Dictionary<JsonRpcEndpoint, BlockHeader> _claimed = [];

    /// <summary>Whether the head may be used. Otherwise it is remembered, for a later one that extends it.</summary>
    public async ValueTask<bool> IsBelievedAsync(
        JsonRpcEndpoint endpoint, BlockHeader head, ChainBlock last, DateTimeOffset now, CancellationToken cancellationToken)
    {
        double seconds = Math.Max(0, (now - last.SeenAt).TotalSeconds);
        if (isRegular && head.Number > last.Number && head.Number - last.Number > Slack + seconds)
        {
            foreach ((JsonRpcEndpoint claimant, BlockHeader claimed) in _claimed.ToArray())
            {
                if (claimant == endpoint ? head.Number > claimed.Number : head.Number >= claimed.Number)
                {
                    BlockHeader? there =
                        head.Hash == claimed.Hash ? head : await endpoint.BlockAsync(claimed.Number, cancellationToken);
                    if (there?.Hash == claimed.Hash)
                    {
                        return true;
                    }
                }
            }

            _claimed[endpoint] = head;
            return false;
        }

        return true;
    }

    /// <summary>A head was used: earlier claims do not matter any more.</summary>
    public void Clear() => _claimed.Clear();
}
