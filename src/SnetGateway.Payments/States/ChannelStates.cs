using System.Runtime.CompilerServices;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Settlement;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.States;

/// <summary>
/// Returns the state of a channel from memory: SDKs request it for all their channels before every paid call. Only where replicas share the
/// ledger, the record is read first, because another replica may have served the last call. Steps and texts are those of the protocol.
/// </summary>
public sealed class ChannelStates(
    ChannelBook book, ChannelParties parties, RequestBudgets budgets, ISignerRecovery recovery, PaymentLedger ledger, Address escrow)
{
    private const string LedgerUnreadable = "channel error:the ledger cannot be read now, please try again later";
    private const string NotAParty = "only channel signer/sender/receiver can get latest channel state";

    /// <param name="id">The channel asked for.</param>
    /// <param name="currentBlock">The block number that the client signed.</param>
    /// <param name="signature">65 bytes over "__get_channel_state", the escrow's address, the id and the block number.</param>
    /// <param name="client">Who is counted if no party of a known channel signed.</param>
    /// <param name="cancellationToken">Ends a read of the chain.</param>
    public async ValueTask<ChannelState> GetAsync(
        ChannelId id, ulong currentBlock, ReadOnlyMemory<byte> signature, ClientNetwork client, CancellationToken cancellationToken)
    {
        if (!TryRecover(id, currentBlock, signature.Span, book.Find(id)?.Chain?.Reading.Signer ?? default, out Address signer))
        {
            return ChannelState.Refused(budgets.TryTakeClient(client) ? "incorrect signature" : RequestBudgets.Refusal);
        }

        PartyCheck check = await parties.CheckAsync(id, signer, currentBlock, client, cancellationToken);
        if (!check.IsParty)
        {
            return ChannelState.Refused(check.Refusal ?? NotAParty);
        }

        return await ledger.RefreshAsync(check.Channel!, cancellationToken)
            ? Describe(check.Channel!, check.Chain!)
            : ChannelState.Refused(LedgerUnreadable);
    }

    private static ChannelState Describe(Channel channel, ChannelChainState chain)
    {
        ChannelNonce current = channel.CurrentNonce(chain);
        ChannelRecord? record = channel.RecordOf(chain);
        UInt256 credit = NextRecord.CreditAt(current, record) is { IsNone: false } some
            ? some.Free(channel.Vouchers?.Of(current) ?? [])
            : UInt256.Zero;
        if (record is null || record.Nonce != current)
        {
            return new ChannelState(current, null, null, credit, null);
        }

        SignedTotal? signed = record.Signature.IsEmpty ? null : new SignedTotal(record.Nonce, record.Amount, record.Signature, 0);
        if (record.Nonce == chain.Nonce)
        {
            return new ChannelState(current, signed, null, credit, null);
        }

        // The ledger has moved to the next nonce for a claim that the chain does not show yet.
        foreach (SignedTotal total in record.Earlier)
        {
            if (total.Nonce.Value.SaturatingAdd(UInt256.One) == current.Value)
            {
                return new ChannelState(current, signed, total, credit, null);
            }
        }

        return ChannelState.Refused("channel has different nonce in local storage and blockchain and old payment is not found in storage");
    }

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
