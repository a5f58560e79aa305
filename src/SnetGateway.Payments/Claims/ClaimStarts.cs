using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Claims;

/// <summary>Starts claims at the request of the payee, who sends them to the contract.</summary>
public sealed class ClaimStarts(ChannelBook book, ClaimAccess access, ClaimWriter writer)
{
    /// <summary>Starts the claim of one channel.</summary>
    /// <param name="id">The channel.</param>
    /// <param name="request">Signed by the payee over the channel's current nonce.</param>
    /// <param name="cancellationToken">Ends waits, and never a write.</param>
    public async ValueTask<ClaimReply> StartAsync(ChannelId id, ClaimRequest request, CancellationToken cancellationToken)
    {
        if (access.CheckEscrow(request) is { } other)
        {
            return ClaimReply.Refused(other);
        }

        if (Find(id, null, out Channel? channel) is { } unknown)
        {
            return ClaimReply.Refused(access.Limited(request, unknown));
        }

        ChannelChainState chain = channel!.Chain!;
        ChannelNonce nonce = channel.CurrentNonce(chain);
        return access.CheckStart(request, id, nonce, chain.Reading.Recipient) is { } refusal
            ? ClaimReply.Refused(refusal)
            : await writer.StartAsync(channel, chain.Reading.Recipient, nonce, cancellationToken);
    }

    /// <summary>
    /// Starts the claims of several channels, in this order, up to the first that fails. Those before it stay started, and are among those
    /// in progress (trap 29).
    /// </summary>
    /// <param name="ids">The channels.</param>
    /// <param name="currentBlock">The block number that the payee signed.</param>
    /// <param name="request">Signed by the payee over the ids and the block number.</param>
    /// <param name="cancellationToken">Ends waits, and never a write.</param>
    public async ValueTask<ClaimReply> StartAllAsync(
        IReadOnlyList<ulong> ids, ulong currentBlock, ClaimRequest request, CancellationToken cancellationToken)
    {
        byte[] message = ClaimMessages.StartAll(access.Escrow, ids, currentBlock);
        (Address payee, string? refusal) = await access.CheckAsync(request, currentBlock, message, cancellationToken);
        var started = new List<ClaimablePayment>();
        foreach (ulong id in refusal is null ? ids : [])
        {
            if (Find(new ChannelId(id), payee, out Channel? channel) is { } unknown)
            {
                return ClaimReply.Refused(unknown);
            }

            ClaimReply one = await writer.StartAsync(channel!, payee, null, cancellationToken);
            if (one.Refusal is not null)
            {
                return one;
            }

            started.AddRange(one.Payments);
        }

        return refusal is null ? new ClaimReply(started, null) : ClaimReply.Refused(refusal);
    }

    /// <summary>A channel of a group that is served. Null when it was found; otherwise the text.</summary>
    private string? Find(ChannelId id, Address? payee, out Channel? channel)
    {
        // What was ever paid is in memory. A channel without a payment has nothing to claim, and is not looked for on the chain.
        channel = book.Find(id);
        return channel?.Chain is not { } chain ? $"channel Id {id} was not found on blockchain or storage"
            : !book.Groups.Any(group => group.Owns(chain.Reading)) || (payee is { } asks && asks != chain.Reading.Recipient)
                ? ClaimWriter.OfOthers
            : null;
    }
}
