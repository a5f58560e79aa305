using System.Runtime.CompilerServices;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Settlement;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.States;

/// <summary>
/// Returns the state of a channel from memory: SDKs request it for all their channels before every paid call. Only where replicas share the
/// ledger, the record is read first, because another replica may have served the last call. Steps and texts are those of the protocol. The
/// one difference: for an id that is not in memory, or may belong to others by now, the block number must be recent before the chain is
/// read.
/// </summary>
public sealed class ChannelStates(
    ChannelBook book,
    IChannelReader chainReader,
    ISignerRecovery recovery,
    PaymentLedger ledger,
    TimeProvider time,
    Address escrow,
    TimeSpan stalenessBound)
{
    /// <summary>Blocks by which a request's block number may differ from the newest (docs/protocol/channel-state.md, 'Steps').</summary>
    public const ulong FreshnessBlocks = 5;

    private const string Expired = "authentication failed as the signature passed has expired";
    private const string HeadUnreadable = "error determining current block: the blockchain cannot be read now";
    private const string LedgerUnreadable = "channel error:the ledger cannot be read now, please try again later";
    private const string NotAParty = "only channel signer/sender/receiver can get latest channel state";
    private const string Unreadable = "channel error:the blockchain cannot be read now, please try again later";

    /// <param name="id">The channel asked for.</param>
    /// <param name="currentBlock">The block number that the client signed.</param>
    /// <param name="signature">65 bytes over "__get_channel_state", the escrow's address, the id and the block number.</param>
    /// <param name="cancellationToken">Ends a read of the chain.</param>
    public async ValueTask<ChannelState> GetAsync(
        ChannelId id, ulong currentBlock, ReadOnlyMemory<byte> signature, CancellationToken cancellationToken)
    {
        Channel? channel = book.Find(id);
        if (!TryRecover(id, currentBlock, signature.Span, channel?.Chain?.Reading.Signer ?? default, out Address signer))
        {
            return ChannelState.Refused("incorrect signature");
        }

        if (channel?.Chain is not { } chain)
        {
            if (await CheckFreshnessAsync(currentBlock, null, cancellationToken) is { } stale)
            {
                return ChannelState.Refused(stale);
            }

            if (await LearnAsync(id, cancellationToken) is { } refusal)
            {
                return ChannelState.Refused(refusal);
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
            return ChannelState.Refused(NotAParty);
        }

        if (await CheckFreshnessAsync(currentBlock, isParty ? chain : null, cancellationToken) is { } expired)
        {
            return ChannelState.Refused(expired);
        }

        if (chain.Freshness != ReadingFreshness.Fresh)
        {
            // A party, or a new owner of the id: worth a read. If it fails, the known nonce is still the newest that this gateway has seen.
            ChannelReadResult read =
                await chainReader.ReadChannelAsync(id, isParty ? ReadPriority.KnownParty : ReadPriority.Anonymous, cancellationToken);
            chain = channel.Chain!;
            if (!IsParty(signer, chain.Reading))
            {
                return ChannelState.Refused(RefusalOf(read, id) ?? NotAParty);
            }
        }

        return await ledger.RefreshAsync(channel, cancellationToken) ? Describe(channel, chain) : ChannelState.Refused(LedgerUnreadable);
    }

    private static ChannelState Describe(Channel channel, ChannelChainState chain)
    {
        ChannelNonce current = channel.CurrentNonce(chain);
        if (channel.RecordOf(chain) is not { } record || record.Nonce != current)
        {
            return new ChannelState(current, null, null, null);
        }

        SignedTotal? signed = record.Signature.IsEmpty ? null : new SignedTotal(record.Nonce, record.Amount, record.Signature, 0);
        if (record.Nonce == chain.Nonce)
        {
            return new ChannelState(current, signed, null, null);
        }

        // The ledger has moved to the next nonce for a claim that the chain does not show yet.
        foreach (SignedTotal total in record.Earlier)
        {
            if (total.Nonce.Value.SaturatingAdd(UInt256.One) == current.Value)
            {
                return new ChannelState(current, signed, total, null);
            }
        }

        return ChannelState.Refused("channel has different nonce in local storage and blockchain and old payment is not found in storage");
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

    [SkipLocalsInit]
    private bool TryRecover(ChannelId id, ulong currentBlock, ReadOnlySpan<byte> signature, Address expected, out Address signer)
    {
        ReadOnlySpan<byte> prefix = "__get_channel_state"u8;
        Span<byte> message = stackalloc byte[19 + Address.Size + (2 * UInt256.Size)];
        prefix.CopyTo(message);
        escrow.WriteTo(message[prefix.Length..]);
        id.Value.WriteBigEndian(message[(prefix.Length + Address.Size)..]);
        UInt256.FromUInt64(currentBlock).WriteBigEndian(message[(prefix.Length + Address.Size + UInt256.Size)..]);
        return recovery.TryRecover(message, signature, expected, out signer);
    }
}
