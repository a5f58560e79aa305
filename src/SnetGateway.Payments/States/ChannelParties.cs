using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.States;

/// <summary>
/// Decides whether the signer of a request of the own services is a party of the channel, and the request recent. Served from memory, since
/// SDKs make such requests before every paid call. The one difference from the reference: for an id that is not in memory, or may belong to
/// others by now, the block number must be recent before the chain is read.
/// </summary>
public sealed class ChannelParties(
    ChannelBook book, IChannelReader chainReader, RequestBudgets budgets, TimeProvider time, TimeSpan stalenessBound)
{
    /// <summary>Blocks by which a request's block number may differ from the newest (docs/protocol/channel-state.md, 'Steps').</summary>
    public const ulong FreshnessBlocks = 5;

    private const string Expired = "authentication failed as the signature passed has expired";
    private const string HeadUnreadable = "error determining current block: the blockchain cannot be read now";
    private const string Unreadable = "channel error:the blockchain cannot be read now, please try again later";

    /// <param name="id">The channel.</param>
    /// <param name="signer">Who signed the request.</param>
    /// <param name="currentBlock">The block number that was signed.</param>
    /// <param name="client">Who is counted if the signer is not a party of a known channel.</param>
    /// <param name="cancellationToken">Ends a read of the chain.</param>
    public async ValueTask<PartyCheck> CheckAsync(
        ChannelId id, Address signer, ulong currentBlock, ClientNetwork client, CancellationToken cancellationToken)
    {
        Channel? channel = book.Find(id);
        bool isKnownParty = channel?.Chain is { } known && IsParty(signer, known.Reading);
        if (!(isKnownParty ? budgets.TryTakeParty(signer) : budgets.TryTakeClient(client)))
        {
            return PartyCheck.Refused(RequestBudgets.Refusal);
        }

        if (channel?.Chain is not { } chain)
        {
            if (await CheckFreshnessAsync(currentBlock, null, cancellationToken) is { } stale)
            {
                return PartyCheck.Refused(stale);
            }

            if (await LearnAsync(id, cancellationToken) is { } refusal)
            {
                return PartyCheck.Refused(refusal);
            }

            channel = book.Find(id)!;
            chain = channel.Chain!;
        }

        if (IsParty(signer, chain.Reading))
        {
            await chainReader.CatchUpAsync(cancellationToken); // for a party only: others must not keep an idle gateway busy
            chain = channel.Chain!;
        }

        bool isParty = IsParty(signer, chain.Reading);
        if (!isParty && !chain.MayBeOfOthers(chainReader, channel.FinalityDepth))
        {
            return default;
        }

        if (await CheckFreshnessAsync(currentBlock, isParty ? chain : null, cancellationToken) is { } expired)
        {
            return PartyCheck.Refused(expired);
        }

        if (chain.Freshness != ReadingFreshness.Fresh)
        {
            // A party, or a new owner of the id: worth a read. If it fails, the known nonce is still the newest that this gateway has seen.
            ChannelReadResult read =
                await chainReader.ReadChannelAsync(id, isParty ? ReadPriority.KnownParty : ReadPriority.Anonymous, cancellationToken);
            chain = channel.Chain!;
            if (!IsParty(signer, chain.Reading))
            {
                return PartyCheck.Refused(RefusalOf(read, id));
            }
        }

        return new PartyCheck(channel, chain, null);
    }

    private async ValueTask<string?> LearnAsync(ChannelId id, CancellationToken cancellationToken)
    {
        if (book.TryFindForeign(id, out _))
        {
            return NotFound(id);
        }

        return RefusalOf(await chainReader.ReadChannelAsync(id, ReadPriority.Anonymous, cancellationToken), id);
    }

    private static bool IsParty(Address signer, ChannelReading reading) =>
        signer == reading.Signer || signer == reading.Sender || signer == reading.Recipient;

    /// <summary>The error for an unknown caller; null when the channel was found.</summary>
    private static string? RefusalOf(ChannelReadResult read, ChannelId id) => read switch
    {
        ChannelReadResult.Found => null,
        ChannelReadResult.NotFound or ChannelReadResult.Foreign => NotFound(id),
        _ => Unreadable,
    };

    private static string NotFound(ChannelId id) => $"channel is not found, channelId: {id}";

    /// <summary>A number above the known head may be right: one refresh of the head before it is refused (rule 11).</summary>
    /// <param name="currentBlock">The block number that the client signed.</param>
    /// <param name="known">The channel that one of its parties asks for, if it is known.</param>
    /// <param name="cancellationToken">Ends the wait for the read.</param>
    private async ValueTask<string?> CheckFreshnessAsync(ulong currentBlock, ChannelChainState? known, CancellationToken cancellationToken)
    {
        if ((chainReader.Head is not { } last || currentBlock > last.Number + FreshnessBlocks)
            && !await chainReader.RefreshHeadAsync(cancellationToken))
        {
            // Clients may see blocks that this gateway cannot read. SDKs request the state before every paid call, and paid calls are
            // served until the staleness bound, so this is too (rule 12). The number may be any amount above: it is not an old request, and
            // the bound is near.
            return known is null || !known.IsWithin(stalenessBound, chainReader, time) ? HeadUnreadable
                : IsBelow(currentBlock, known.NewestBlock(chainReader)) ? Expired
                : null;
        }

        return chainReader.Head is not { } head ? HeadUnreadable
            : IsBelow(currentBlock, head.Number) || IsBelow(head.Number, currentBlock) ? Expired
            : null;
    }

    /// <summary>Below by more blocks than allowed.</summary>
    private static bool IsBelow(ulong block, ulong other) => block < other && other - block > FreshnessBlocks;
}

/// <summary>A channel whose party asks, or why the request is refused.</summary>
/// <param name="Channel">The channel; null when refused.</param>
/// <param name="Chain">Its chain state of now; null when refused.</param>
/// <param name="Refusal">The error's text; null when the signer is not a party, whose text depends on the method.</param>
public readonly record struct PartyCheck(Channel? Channel, ChannelChainState? Chain, string? Refusal)
{
    public bool IsParty => Channel is not null;

    public static PartyCheck Refused(string? text) => new(null, null, text);
}
