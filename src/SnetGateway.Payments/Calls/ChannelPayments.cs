using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Channels.Checks;
using SnetGateway.Payments.Ledger;
using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Calls;

/// <summary>
/// Judges escrow payments, in the order that is part of the protocol (payments.md 5.3): E1 metadata (before this), E3 channel, E4 nonce,
/// E5 and E6 signer, E7 and E8 expiry, E9 funds, E10 price, E2 the channel's turn, E11 amount. Nothing up to the turn takes a lock or touches
/// the store; nothing on the way of a channel that is known and fresh touches the chain.
/// </summary>
/// <remarks>
/// To add another way to pay: a judge like this one that returns its own <see cref="Reservation"/>, and its name where the host reads
/// `snet-payment-type`.
/// </remarks>
public sealed class ChannelPayments(
    ChannelBook book,
    IChannelReader chainReader,
    ISignerRecovery recovery,
    PaymentLedger ledger,
    IPaymentEvents events,
    TimeProvider time,
    Address escrow,
    TimeSpan stalenessBound,
    PaidCallOptions options)
{
    private readonly AbandonedCalls _abandoned = new(time);
    private volatile PaidCallOptions _options = options;

    /// <summary>Replaced whole when the configuration changes.</summary>
    public PaidCallOptions Options
    {
        get => _options;
        set => _options = value;
    }

    internal PaymentLedger Ledger => ledger;

    internal IPaymentEvents Events => events;

    /// <summary>
    /// Judges a payment and takes its channel's turn. Never throws for a client's error; throws <see cref="OperationCanceledException"/> when
    /// the client leaves meanwhile, with nothing held.
    /// </summary>
    public ValueTask<Admission> AdmitAsync(ChannelPayment payment, PaidCall call, CancellationToken cancellationToken)
    {
        if (book.Find(payment.Channel) is not { Chain: { } chain } channel)
        {
            return AdmitUnknownAsync(payment, call, cancellationToken);
        }

        // The way of nearly every call: known, fresh, right. One check of the signature and not one wait.
        PaymentRefusal? refusal = Check(channel, chain, payment, call.Service.Group);
        return refusal is null && chain.Freshness == ReadingFreshness.Fresh && IsWithinBound(chain)
            ? TakeSlotAsync(channel, chain.Reading, payment, call, cancellationToken)
            : AdmitAfterReadAsync(channel, chain, refusal, payment, call, cancellationToken);
    }

    /// <summary>
    /// The second look, right before the write (design, rule 3): the newest nonce, funds and expiry known now, if they are known within the
    /// bound. A claim that came in between, or a client that paced its upload past the expiry, ends in a refusal and not in a worthless signature.
    /// </summary>
    /// <param name="channel">The channel.</param>
    /// <param name="settlement">What was admitted.</param>
    /// <param name="newest">The reading judged by: of the parties that signed, if there is no refusal.</param>
    internal PaymentRefusal? Recheck(Channel channel, in Settlement settlement, out ChannelReading newest)
    {
        ChannelChainState chain = channel.Chain!;
        newest = chain.Reading;
        ChannelPayment payment = settlement.Payment;
        PaymentGroup group = settlement.Call.Service.Group;
        if (!IsWithinBound(chain))
        {
            return Refusals.ChainUnavailable(); // what may have been claimed since, nobody knows
        }

        ulong margin = Math.Min((ulong?)_options.SettleMarginBlocks ?? group.ExpirationThreshold / 2, group.ExpirationThreshold);
        return CheckParties(chain, settlement.Reading)
            ?? OwnerCheck.Check(group, chain.Reading)
            ?? NonceCheck.Check(channel.CurrentNonce(chain), payment.Nonce)
            ?? ExpiryCheck.Check(chain.Reading, chain.NewestBlock(chainReader), margin, group.ExpirationThreshold)
            ?? CheckFunds(channel, chain, payment);
    }

    internal void CountAbandoned(ChannelId channel, Address payer)
    {
        events.ExecutedWithoutGrant(channel);
        _abandoned.Count(payer, _options);
    }

    /// <summary>The id is still of the channel whose parties signed; else nothing said of it so far counts.</summary>
    private static PaymentRefusal? CheckParties(ChannelChainState chain, ChannelReading signed) =>
        chain.Reading.HasPartiesOf(signed) ? null : Refusals.ChainUnavailable();

    /// <summary>E4 again, because while the call stood in line the one before it may have been claimed away, and E11.</summary>
    private static PaymentRefusal? CheckAmount(ChannelChainState chain, ChannelRecord? record, in ChannelPayment payment, UInt256 price) =>
        NonceCheck.Check(Channel.CurrentNonce(chain, record), payment.Nonce)
        ?? AmountCheck.Check(AuthorizedAt(record, payment.Nonce), payment.Amount, price);

    /// <summary>The total signed and delivered for this nonce.</summary>
    private static UInt256 AuthorizedAt(ChannelRecord? record, ChannelNonce nonce) =>
        record is not null && record.Nonce == nonce ? record.Amount : UInt256.Zero;

    /// <summary>E3 to E9 by what is in memory.</summary>
    private PaymentRefusal? Check(Channel channel, ChannelChainState chain, in ChannelPayment payment, PaymentGroup group) =>
        OwnerCheck.Check(group, chain.Reading)
        ?? NonceCheck.Check(channel.CurrentNonce(chain), payment.Nonce)
        ?? SignerCheck.Check(recovery, escrow, payment, chain.Reading)
        ?? ExpiryCheck.Check(chain.Reading, chain.NewestBlock(chainReader), group.ExpirationThreshold, group.ExpirationThreshold)
        ?? CheckFunds(channel, chain, payment);

    /// <summary>
    /// After a look that found the channel. Where all endpoints stand still, what they have to show is of the past: the bound holds for it too.
    /// </summary>
    private (PaymentRefusal? Refusal, ChannelReading? Judged) CheckFound(Channel channel, in ChannelPayment payment, PaymentGroup group)
    {
        ChannelChainState chain = channel.Chain!;
        return (IsWithinBound(chain) ? Check(channel, chain, payment, group) : Refusals.ChainUnavailable(), chain.Reading);
    }

    /// <summary>E9. Of funds that are not confirmed yet, no more than the option allows is counted (design, rule 13).</summary>
    private PaymentRefusal? CheckFunds(Channel channel, ChannelChainState chain, in ChannelPayment payment)
    {
        if (!ChannelFunds.TryGet(channel, chain, payment.Nonce, out UInt256 funds))
        {
            return Refusals.ChainUnavailable();
        }

        if (_options.ExposureCap is { } cap)
        {
            UInt256 unsafely = chain.Confirmed.Unconfirmed(chain.Reading, chain.NewestBlock(chainReader), channel.FinalityDepth).SaturatingSubtract(cap);
            funds = funds.SaturatingSubtract(unsafely);
        }

        return FundsCheck.Check(funds, payment.Amount);
    }

    private bool IsWithinBound(ChannelChainState chain) => chain.IsWithin(stalenessBound, chainReader, time);

    private async ValueTask<Admission> AdmitUnknownAsync(ChannelPayment payment, PaidCall call, CancellationToken cancellationToken)
    {
        (PaymentRefusal? refusal, ChannelReading? judged) = await LearnAsync(payment, call.Service.Group, cancellationToken);
        return refusal is not null
            ? Admission.Refused(refusal)
            : await TakeSlotAsync(book.Find(payment.Channel)!, judged!, payment, call, cancellationToken);
    }

    private async ValueTask<Admission> AdmitAfterReadAsync(
        Channel channel, ChannelChainState chain, PaymentRefusal? refusal, ChannelPayment payment, PaidCall call, CancellationToken cancellationToken)
    {
        (PaymentRefusal? final, ChannelReading? judged) = await ReadAgainAsync(channel, chain, refusal, payment, call.Service.Group, cancellationToken);
        return final is not null ? Admission.Refused(final) : await TakeSlotAsync(channel, judged!, payment, call, cancellationToken);
    }

    /// <summary>A channel not in memory: the signature's shape first, then one look at the chain, within the strangers' half of the budget.</summary>
    /// <returns>A refusal, or the reading that the payment is right by.</returns>
    private async ValueTask<(PaymentRefusal? Refusal, ChannelReading? Judged)> LearnAsync(
        ChannelPayment payment, PaymentGroup group, CancellationToken cancellationToken)
    {
        if (!recovery.IsWellFormed(payment.Signature.Span))
        {
            return (Refusals.SignatureInvalid(), null);
        }

        if (book.TryFindForeign(payment.Channel, out ChannelReading? foreign) && OwnerCheck.Check(group, foreign) is { } known)
        {
            return (known, null);
        }

        switch (await chainReader.ReadChannelAsync(payment.Channel, ReadPriority.Anonymous, cancellationToken))
        {
            case ChannelReadResult.Found:
                return CheckFound(book.Find(payment.Channel)!, payment, group);
            case ChannelReadResult.NotFound:
                return (Refusals.ChannelNotFound(payment.Channel), null);
            case ChannelReadResult.Foreign:
                // Not foreign to this call's group: the call and the book are of two configurations, which the next call will not be.
                PaymentRefusal? another = book.TryFindForeign(payment.Channel, out foreign) ? OwnerCheck.Check(group, foreign) : null;
                return (another ?? Refusals.ChainUnavailable(), null);
            default:
                return (Refusals.ChainUnavailable(), null);
        }
    }

    /// <summary>
    /// A known channel that is out of date, or a refusal that a fresher look could cure (clients top up and call at once): one look, if the
    /// payment is signed by one of the channel's parties, and then the final word (design, rules 10 to 12).
    /// </summary>
    /// <returns>A refusal, or the reading that the payment is right by: while it waits for its look, the id may be given to others.</returns>
    private async ValueTask<(PaymentRefusal? Refusal, ChannelReading? Judged)> ReadAgainAsync(
        Channel channel,
        ChannelChainState chain,
        PaymentRefusal? refusal,
        ChannelPayment payment,
        PaymentGroup group,
        CancellationToken cancellationToken)
    {
        bool curable = refusal is null
            or { Reason: RefusalReason.NearExpiry or RefusalReason.NotEnoughTokens or RefusalReason.ChainUnavailable }
            || (refusal.Reason == RefusalReason.WrongNonce
                && (payment.Nonce > channel.CurrentNonce(chain) || chain.Freshness == ReadingFreshness.FundsUnknown)
                && SignerCheck.Check(recovery, escrow, payment, chain.Reading) is null);

        bool reorganised = !curable && chain.MayBeOfOthers(chainReader, channel.FinalityDepth)
            && refusal!.Reason != RefusalReason.SignatureInvalid && recovery.IsWellFormed(payment.Signature.Span);
        if (!curable && !reorganised)
        {
            return (refusal, null);
        }

        switch (await chainReader.ReadChannelAsync(channel.Id, reorganised ? ReadPriority.Anonymous : ReadPriority.KnownParty, cancellationToken))
        {
            case ChannelReadResult.Found:
                return CheckFound(channel, payment, group);
            case ChannelReadResult.NotFound:
                return (Refusals.ChannelNotFound(channel.Id), null);
            case ChannelReadResult.Foreign:
                return (Refusals.ChainUnavailable(), null);
            default:
                // Not a wrong refusal for want of a look; and without a chain a known channel goes on for a bounded time.
                return refusal is null && chain.Freshness != ReadingFreshness.FundsUnknown && IsWithinBound(chain)
                    ? (null, chain.Reading)
                    : (Refusals.ChainUnavailable(), null);
        }
    }

    /// <summary>E10, E2 and E11: the price, the channel's turn, and the amount against the record as it then is.</summary>
    private async ValueTask<Admission> TakeSlotAsync(
        Channel channel, ChannelReading signed, ChannelPayment payment, PaidCall call, CancellationToken cancellationToken)
    {
        Pricing.Price price = await call.Service.Prices.PriceOfAsync(call.Method, cancellationToken);
        if (price.Refusal is not null)
        {
            return Admission.Refused(price.Refusal);
        }

        PaidCallOptions limits = _options;
        if (_abandoned.IsPausing(signed.Sender)
            || !await channel.Slot.EnterAsync(limits.MaxWaitingPerChannel, limits.MaxWait, time, cancellationToken))
        {
            return Admission.Refused(Refusals.Busy(channel.Id));
        }

        bool keepsSlot = false;
        try
        {
            (PaymentRefusal? refusal, ChannelRecord? judged) = await CheckAmountAsync(channel, signed, payment, price.Cogs, cancellationToken);
            keepsSlot = refusal is null;
            return keepsSlot
                ? Admission.Of(new ChannelReservation(this, channel, new Settlement(payment, price.Cogs, call, judged, signed)))
                : Admission.Refused(refusal!);
        }
        finally
        {
            if (!keepsSlot)
            {
                channel.Slot.Release();
            }
        }
    }

    /// <returns>A refusal, or the record that the amount was judged by: the settle must find that one unchanged.</returns>
    private async ValueTask<(PaymentRefusal? Refusal, ChannelRecord? Judged)> CheckAmountAsync(
        Channel channel, ChannelReading signed, ChannelPayment payment, UInt256 price, CancellationToken cancellationToken)
    {
        if (channel.InDoubt && !await ledger.ClearDoubtAsync(channel, _options.UnknownOutcomeLimit))
        {
            return (Refusals.OutcomeUnknown(), null);
        }

        ChannelChainState chain = channel.Chain!;
        if (CheckParties(chain, signed) is { } changed)
        {
            return (changed, null);
        }

        if (channel.Record is { } old && channel.RecordOf(chain) is null)
        {
            if ((await ConfirmPartiesAsync(channel, chain, old, cancellationToken) ?? CheckParties(chain = channel.Chain!, signed)) is { } unsure)
            {
                return (unsure, null);
            }

            events.RecordSetAside(channel.Id, old.Amount);
            if (!await ledger.SetAsideAsync(channel, chain, old))
            {
                return (Refusals.NotRecorded(), null);
            }
        }

        ChannelRecord? record = channel.RecordOf(chain);
        PaymentRefusal? refusal = CheckAmount(chain, record, payment, price);
        if (refusal is null or { Reason: RefusalReason.WrongNonce })
        {
            return (refusal, record);
        }

        // Another replica may have moved the record since it was read here.
        if (!await ledger.RefreshAsync(channel, cancellationToken))
        {
            return (Refusals.NotRecorded(), null);
        }

        record = channel.RecordOf(chain);
        refusal = CheckAmount(chain, record, payment, price);
        UInt256 authorized = AuthorizedAt(record, payment.Nonce);
        if (refusal is { Reason: RefusalReason.WrongAmount } && payment.Amount > authorized.SaturatingAdd(price))
        {
            events.LedgerMismatch(channel.Id, authorized, payment.Amount);
        }

        return (refusal, record);
    }

    /// <summary>
    /// Before a record is put aside for a reading that is not newer than the record's own: another replica may have seen a reorganisation that
    /// this gateway has not, and its record is then the right one.
    /// </summary>
    private async ValueTask<PaymentRefusal?> ConfirmPartiesAsync(
        Channel channel, ChannelChainState chain, ChannelRecord record, CancellationToken cancellationToken)
    {
        if (record.Reading is not { } theirs || theirs.Block.Number < chain.Reading.Block.Number)
        {
            return null;
        }

        ChannelReadResult look = await chainReader.ReadChannelAsync(channel.Id, ReadPriority.KnownParty, cancellationToken);
        return look != ChannelReadResult.Found || theirs.Block.Number > channel.Chain!.Reading.Block.Number ? Refusals.ChainUnavailable() : null;
    }
}
