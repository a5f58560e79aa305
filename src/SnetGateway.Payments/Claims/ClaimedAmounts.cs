using System.Collections.Concurrent;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Claims;

/// <summary>
/// The newest claims that this process saw on the chain, by channel: what of an earlier nonce is paid for certain. Only in memory: after a
/// restart nothing is known of earlier claims, and what depends on them is refused.
/// </summary>
public sealed class ClaimedAmounts
{
    private const int MaxChannels = 100_000;

    private readonly ConcurrentDictionary<ChannelId, SeenClaim> _newest = new();

    /// <summary>Takes in a claim.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="newNonce">The nonce after it.</param>
    /// <param name="amount">The signed total in cogs that the contract verified.</param>
    /// <param name="block">Number of its block.</param>
    public void Seen(ChannelId channel, ChannelNonce newNonce, UInt256 amount, ulong block)
    {
        if (!newNonce.Value.TrySubtract(UInt256.One, out UInt256 claimed))
        {
            return;
        }

        if (_newest.Count >= MaxChannels)
        {
            _newest.Clear();
        }

        _newest[channel] = new SeenClaim(new ChannelNonce(claimed), amount, block);
    }

    /// <summary>Forgets the claims after a block, which a reorganisation undid. Those that the chain has again are seen again.</summary>
    public void Undone(ulong ancestor)
    {
        foreach (KeyValuePair<ChannelId, SeenClaim> one in _newest)
        {
            if (one.Value.Block > ancestor)
            {
                _newest.TryRemove(one);
            }
        }
    }

    /// <summary>The total that was claimed at a nonce, if it was the last claim of the channel and is known.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="nonce">The nonce that was claimed.</param>
    /// <param name="throughBlock">The last block that counts.</param>
    /// <param name="amount">The total in cogs.</param>
    internal bool TryFind(ChannelId channel, ChannelNonce nonce, ulong throughBlock, out UInt256 amount)
    {
        bool isKnown = _newest.TryGetValue(channel, out SeenClaim claim) && claim.Nonce == nonce && claim.Block <= throughBlock;
        amount = isKnown ? claim.Amount : UInt256.Zero;
        return isKnown;
    }

    private readonly record struct SeenClaim(ChannelNonce Nonce, UInt256 Amount, ulong Block);
}
