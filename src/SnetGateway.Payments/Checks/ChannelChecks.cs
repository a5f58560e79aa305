using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Checks;

/// <summary>
/// The checks of an escrow payment, E3 to E11, in the order that is part of the protocol: where several fail, the first one decides what
/// the client gets. Those that begin with Check return null or the refusal. None takes a lock or touches the store or the chain.
/// </summary>
/// <param name="chainReader">The newest block, from memory.</param>
/// <param name="recovery">Recovers signers.</param>
/// <param name="time">The clock.</param>
/// <param name="escrow">The escrow contract's address, which is part of what is signed.</param>
/// <param name="stalenessBound">How long channel data may be used without a successful read of the chain (rule 12).</param>
/// <param name="options">Margin and exposure cap.</param>
/// <param name="allowedUsers">The only addresses whose signatures count; null for all.</param>
public sealed class ChannelChecks(
    IChannelReader chainReader, ISignerRecovery recovery, TimeProvider time, Address escrow, TimeSpan stalenessBound,
    LivePaidCallOptions options, IReadOnlySet<Address>? allowedUsers = null)
{
    /// <summary>Age from which the reading of a channel in use is confirmed by another one.</summary>
    private static readonly TimeSpan s_confirmAfter = TimeSpan.FromMinutes(10);

    /// <summary>E3 to E9: whether the payment is right by what is in memory of its channel.</summary>
    internal PaymentRefusal? Check(Channel channel, ChannelChainState chain, in ChannelPayment payment, PaymentGroup group) =>
        CheckOwner(group, chain.Reading)
        ?? CheckNonce(channel.CurrentNonce(chain), payment.Nonce)
        ?? CheckSigner(payment, chain.Reading)
        ?? CheckExpiry(chain, group.ExpirationThreshold, group.ExpirationThreshold)
        ?? CheckFunds(channel, chain, payment);

    /// <summary>The same without the signature: for a payment that was authorized before.</summary>
    internal PaymentRefusal? CheckUnsigned(Channel channel, ChannelChainState chain, in ChannelPayment payment, PaymentGroup group) =>
        CheckOwner(group, chain.Reading)
        ?? CheckNonce(channel.CurrentNonce(chain), payment.Nonce)
        ?? CheckExpiry(chain, group.ExpirationThreshold, group.ExpirationThreshold)
        ?? CheckFunds(channel, chain, payment);

    /// <summary>
    /// The same right before the write (rule 3), by the newest chain state, which must be within the staleness bound. A claim during the
    /// call, or an upload paced past the expiry, ends in a refusal and not in a signature that is worth nothing.
    /// </summary>
    /// <param name="channel">The channel.</param>
    /// <param name="payment">The payment that was admitted.</param>
    /// <param name="group">The group that is paid.</param>
    /// <param name="signed">The reading that the payment was admitted by, whose parties signed.</param>
    /// <param name="newest">The reading of this check; of the same parties, if there is no refusal.</param>
    internal PaymentRefusal? Recheck(
        Channel channel, in ChannelPayment payment, PaymentGroup group, ChannelReading signed, out ChannelReading newest)
    {
        ChannelChainState chain = channel.Chain!;
        newest = chain.Reading;
        if (!IsWithinBound(chain))
        {
            return Refusals.ChainUnavailable(); // a claim since the last read is possible and would not be known
        }

        return CheckParties(chain, signed)
            ?? CheckOwner(group, chain.Reading)
            ?? CheckNonce(channel.CurrentNonce(chain), payment.Nonce)
            ?? RecheckExpiry(chain, group)
            ?? CheckFunds(channel, chain, payment);
    }

    /// <summary>The channel lives long enough for a claim after the settle.</summary>
    internal PaymentRefusal? RecheckExpiry(ChannelChainState chain, PaymentGroup group)
    {
        ulong margin = Math.Min((ulong?)options.Current.SettleMarginBlocks ?? group.ExpirationThreshold / 2, group.ExpirationThreshold);
        return CheckExpiry(chain, margin, group.ExpirationThreshold);
    }

    /// <summary>After an idle time: waits until the chain was followed again. Completed while calls flow.</summary>
    internal ValueTask CatchUpAsync(CancellationToken cancellationToken) => chainReader.CatchUpAsync(cancellationToken);

    /// <summary>
    /// Has a reading of an earlier process, or one that has not been confirmed for long, read again behind the call. Events keep readings
    /// right, but an endpoint may withhold one, and after a missed claim every further payment would be worthless.
    /// </summary>
    internal void ConfirmLater(Channel channel, ChannelChainState chain)
    {
        if (chain.Freshness == ReadingFreshness.Recorded || time.GetUtcNow() - chain.Reading.Block.SeenAt > s_confirmAfter)
        {
            chainReader.ReadLater(channel.Id);
        }
    }

    /// <summary>True while calls may be checked against this state without a read of the chain.</summary>
    internal bool IsUsable(ChannelChainState chain) =>
        chain.Freshness is ReadingFreshness.Fresh or ReadingFreshness.Recorded && IsWithinBound(chain);

    internal bool IsWithinBound(ChannelChainState chain) => chain.IsWithin(stalenessBound, chainReader, time);

    /// <summary>Whether the signature has a form that the contract could accept. Costs no elliptic curve operation.</summary>
    internal bool HasValidForm(in ChannelPayment payment) => recovery.IsWellFormed(payment.Signature.Span);

    /// <summary>
    /// The channel id still belongs to the parties that signed. Otherwise the chain has to be read again before anything is decided.
    /// </summary>
    internal static PaymentRefusal? CheckParties(ChannelChainState chain, ChannelReading signed) =>
        chain.Reading.HasPartiesOf(signed) ? null : Refusals.ChainUnavailable();

    /// <summary>
    /// E3: the channel pays this service's recipient and was opened for its group. Checked at every call, not only at the first.
    /// </summary>
    internal static PaymentRefusal? CheckOwner(PaymentGroup group, ChannelReading reading) =>
        reading.Recipient != group.Recipient ? Refusals.OtherRecipient()
        : reading.GroupId != group.Id ? Refusals.OtherGroup(group.Id, reading.GroupId)
        : null;

    /// <summary>E4: the payment is for the channel's current nonce. Amounts signed at an earlier nonce are worth nothing.</summary>
    internal static PaymentRefusal? CheckNonce(ChannelNonce current, ChannelNonce sent) =>
        current == sent ? null : Refusals.WrongNonce(current, sent);

    /// <summary>
    /// E5, E6: the payment is signed by the channel's signer or its sender, in a form that the contract accepts, and by an allowed user.
    /// </summary>
    internal PaymentRefusal? CheckSigner(in ChannelPayment payment, ChannelReading reading) =>
        !ClaimMessage.TryRecoverSigner(recovery, escrow, payment, reading.Signer, out Address signer)
            || allowedUsers?.Contains(signer) == false ? Refusals.SignatureInvalid()
        : signer == reading.Signer || signer == reading.Sender ? null
        : Refusals.WrongSigner();

    /// <summary>E4 again and E11, when the channel's slot is taken: the amount grew by exactly the price.</summary>
    /// <param name="chain">The chain state of now.</param>
    /// <param name="record">The channel's record of now; null where nothing was ever paid.</param>
    /// <param name="payment">The payment.</param>
    /// <param name="price">What the call costs, in cogs.</param>
    internal static PaymentRefusal? CheckAmount(ChannelChainState chain, ChannelRecord? record, in ChannelPayment payment, UInt256 price)
    {
        // While the call was queued, the channel may have been claimed.
        if (CheckNonce(Channel.CurrentNonce(chain, record), payment.Nonce) is { } claimed)
        {
            return claimed;
        }

        UInt256 authorized = AuthorizedAt(record, payment.Nonce);
        return authorized.TryAdd(price, out UInt256 due) && due == payment.Amount
            ? null
            : Refusals.WrongIncome(payment.Amount, authorized, price);
    }

    /// <summary>The authorized amount at a nonce, in cogs.</summary>
    internal static UInt256 AuthorizedAt(ChannelRecord? record, ChannelNonce nonce) =>
        record is not null && record.Nonce == nonce ? record.Amount : UInt256.Zero;

    /// <summary>E8 (E7, reading the block, cannot fail here): the channel lives long enough after this block for a claim.</summary>
    /// <param name="chain">The channel.</param>
    /// <param name="marginBlocks">Blocks that must be left: the whole threshold at admission, less at the settle.</param>
    /// <param name="threshold">The group's threshold, for the text.</param>
    private PaymentRefusal? CheckExpiry(ChannelChainState chain, ulong marginBlocks, ulong threshold)
    {
        ulong block = chain.NewestBlock(chainReader);
        return UInt256.FromUInt64(block).SaturatingAdd(marginBlocks) < chain.Reading.Expiration
            ? null
            : Refusals.NearExpiry(chain.Reading.Expiration, block, threshold);
    }

    /// <summary>
    /// E9: the amount is covered by funds that earlier nonces have not spent. Of funds that are not confirmed yet, at most the exposure cap
    /// counts (rule 13).
    /// </summary>
    private PaymentRefusal? CheckFunds(Channel channel, ChannelChainState chain, in ChannelPayment payment)
    {
        if (!TryGetFunds(channel, chain, payment.Nonce, out UInt256 funds))
        {
            return Refusals.ChainUnavailable();
        }

        if (options.Current.ExposureCap is { } cap)
        {
            UInt256 unconfirmed = chain.Confirmed.Unconfirmed(chain.Reading, chain.NewestBlock(chainReader), channel.FinalityDepth);
            funds = funds.SaturatingSubtract(unconfirmed.SaturatingSubtract(cap));
        }

        return payment.Amount <= funds ? null : Refusals.NotEnoughTokens(funds, payment.Amount);
    }

    /// <summary>
    /// Funds at a nonce, in cogs: the chain's value less the signed amounts of earlier nonces that the same reading does not yet show as
    /// claimed (rule 8). Until a claim is on chain, its amount is still in the channel and already the provider's.
    /// </summary>
    /// <returns>False when they do not follow from what is in memory: the channel must be read again.</returns>
    internal static bool TryGetFunds(Channel channel, ChannelChainState chain, ChannelNonce nonce, out UInt256 funds)
    {
        funds = chain.Reading.Value;
        if (chain.Freshness == ReadingFreshness.FundsUnknown)
        {
            return false;
        }

        if (nonce <= chain.Reading.Nonce)
        {
            return true;
        }

        if (channel.RecordOf(chain) is not { } record
            || !nonce.Value.TrySubtract(chain.Reading.Nonce.Value, out UInt256 open)
            || open > ChannelRecordCodec.MaxEarlier)
        {
            return false;
        }

        ulong found = 0;
        if (record.Nonce < nonce && record.Nonce >= chain.Reading.Nonce)
        {
            funds = funds.SaturatingSubtract(record.Amount);
            found++;
        }

        foreach (SignedTotal total in record.Earlier)
        {
            if (total.Nonce < nonce && total.Nonce >= chain.Reading.Nonce)
            {
                funds = funds.SaturatingSubtract(total.Amount);
                found++;
            }
        }

        return found == open.ToUInt64Saturating();
    }
}
