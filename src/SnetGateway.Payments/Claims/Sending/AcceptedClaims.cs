using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Claims.Sending;

/// <summary>
/// Finds the claims that the contract accepts together, by calls that change nothing. One claim that it refuses makes it refuse the whole
/// transaction. Channels that it refused are left out for a while.
/// </summary>
internal sealed class AcceptedClaims(IClaimTransactions chain, Address payee, IClaimEvents events)
{
    /// <summary>Blocks for which a refused channel is left out.</summary>
    public const ulong RefusedBlocks = 100;

    /// <summary>Refused channels in one transaction, after which the fault is not one of single channels.</summary>
    private const int MaxRefused = 8;

    private readonly Dictionary<ChannelId, ulong> _refusedUntil = [];

    /// <summary>The channels that are left out now.</summary>
    public IReadOnlySet<ChannelId> RefusedAt(ulong head)
    {
        foreach (ChannelId over in _refusedUntil.Where(pair => pair.Value <= head).Select(pair => pair.Key).ToArray())
        {
            _refusedUntil.Remove(over);
        }

        return _refusedUntil.Keys.ToHashSet();
    }

    /// <summary>The claims without those of channels that the contract refuses.</summary>
    /// <exception cref="ClaimChainException">The contract refuses too many: nothing can be said about single ones.</exception>
    public async ValueTask<IReadOnlyList<ContractClaim>> SelectAsync(
        IReadOnlyList<ContractClaim> claims, ulong head, CancellationToken cancellationToken)
    {
        for (int refused = 0; claims.Count > 0 && !await chain.IsAcceptedAsync(payee, claims, cancellationToken); refused++)
        {
            if (refused == MaxRefused)
            {
                throw new ClaimChainException($"the contract refuses claims of more than {MaxRefused} channels of {payee}");
            }

            // The claims are tried from the front, because a claim of a channel needs the one of the nonce before it.
            (int accepted, int tooMany) = (0, claims.Count);
            while (tooMany - accepted > 1)
            {
                int half = (accepted + tooMany) / 2;
                bool isAccepted = await chain.IsAcceptedAsync(payee, [.. claims.Take(half)], cancellationToken);
                (accepted, tooMany) = isAccepted ? (half, tooMany) : (accepted, half);
            }

            ChannelId channel = claims[tooMany - 1].Channel;
            _refusedUntil[channel] = head + RefusedBlocks;
            events.ChannelRefused(channel);
            claims = [.. claims.Where(claim => claim.Channel != channel)];
        }

        return claims;
    }
}
