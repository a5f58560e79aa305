using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Checks;
using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Settlement;
using SnetGateway.Payments.Values;
using SnetGateway.Payments.Vouchers;

namespace SnetGateway.Payments.Admission;

/// <summary>
/// Admits escrow payments: checks E3 to E9 from memory, E10 the price, E2 the channel's slot, E11 the amount against the record. Nothing up
/// to the slot takes a lock or touches the store, and a channel that is known and fresh never needs the chain.
/// </summary>
/// <remarks>
/// To add a payment kind: an admission like this one that returns its own <see cref="Reservation"/>, and an <c>IPaymentType</c> of the host
/// that reads its metadata.
/// </remarks>
public sealed class ChannelAdmission(
    ChannelBook book,
    IChannelReader chainReader,
    ChannelChecks checks,
    ChannelSettlement settlement,
    RecordPreparation records,
    VoucherAdmission vouchers,
    PaymentLedger ledger,
    UnpaidCalls unpaid,
    IPaymentEvents events,
    TimeProvider time,
    LivePaidCallOptions options)
{
    /// <summary>
    /// Checks a payment and takes its channel's slot. Never throws for a client's error. Throws <see cref="OperationCanceledException"/>
    /// when the call is cancelled while it waits, with nothing held.
    /// </summary>
    public ValueTask<AdmissionResult> AdmitAsync(ChannelPayment payment, PaidCall call, CancellationToken cancellationToken)
    {
        if (book.Find(payment.Channel) is not { Chain: { } chain } channel)
        {
            return AdmitUnknownAsync(payment, call, cancellationToken);
        }

        // Nearly every call: known, fresh, right. One verification of the signature and no wait.
        PaymentRefusal? refusal = checks.Check(channel, chain, payment, call.Service.Group);
        if (refusal is null)
        {
            checks.ConfirmLater(channel, chain);
            ValueTask caughtUp = checks.CatchUpAsync(cancellationToken);
            if (!caughtUp.IsCompletedSuccessfully)
            {
                return AdmitAfterIdleTimeAsync(caughtUp, payment, call, cancellationToken);
            }
        }

        return refusal is null && chain.Freshness is ReadingFreshness.Fresh or ReadingFreshness.Recorded && checks.IsWithinBound(chain)
            ? TakeSlotAsync(channel, chain.Reading, payment, call, cancellationToken)
            : AdmitAfterReadAsync(channel, chain, refusal, payment, call, cancellationToken);
    }

    /// <summary>A claim or a new block may have been followed: everything is checked again.</summary>
    private async ValueTask<AdmissionResult> AdmitAfterIdleTimeAsync(
        ValueTask caughtUp, ChannelPayment payment, PaidCall call, CancellationToken cancellationToken)
    {
        await caughtUp;
        return await AdmitAsync(payment, call, cancellationToken);
    }

    /// <summary>
    /// A channel not in memory: the signature's form first, then one read of the chain from the budget of unknown callers.
    /// </summary>
    private async ValueTask<AdmissionResult> AdmitUnknownAsync(ChannelPayment payment, PaidCall call, CancellationToken cancellationToken)
    {
        PaymentGroup group = call.Service.Group;
        if (!checks.HasValidForm(payment))
        {
            return AdmissionResult.Refused(Refusals.SignatureInvalid());
        }

        if (CheckForeign(payment.Channel, group) is { } foreign)
        {
            return AdmissionResult.Refused(foreign);
        }

        Checked read = await ReadAndCheckAsync(payment, group, ReadPriority.Anonymous, cancellationToken)
            ?? new Checked(Refusals.ChainUnavailable());
        return read.Refusal is null
            ? await TakeSlotAsync(book.Find(payment.Channel)!, read.Reading!, payment, call, cancellationToken)
            : AdmissionResult.Refused(read.Refusal);
    }

    /// <summary>
    /// A known channel that is stale, or a refusal that a fresh read could cure (clients deposit and call immediately): one read, if the
    /// payment is signed by one of the channel's parties, and then the final decision (rules 10 to 12).
    /// </summary>
    private async ValueTask<AdmissionResult> AdmitAfterReadAsync(
        Channel channel, ChannelChainState chain, PaymentRefusal? refusal, ChannelPayment payment, PaidCall call,
        CancellationToken cancellationToken)
    {
        bool curable = refusal is null || IsCurable(channel, chain, refusal, payment);

        // A reorganisation can give an id to other parties (rule 13). Their payment looks wrong by the reading in memory, and like one of
        // an unknown caller, so the read is from the budget for those.
        bool mayBeOfOthers = !curable && chain.MayBeOfOthers(chainReader, channel.FinalityDepth)
            && refusal!.Reason != RefusalReason.SignatureInvalid && checks.HasValidForm(payment);
        if (!curable && !mayBeOfOthers)
        {
            return AdmissionResult.Refused(refusal!);
        }

        ReadPriority priority = mayBeOfOthers ? ReadPriority.Anonymous : ReadPriority.KnownParty;
        if (await ReadAndCheckAsync(payment, call.Service.Group, priority, cancellationToken) is { } read)
        {
            // By the reading that was checked: while the call waits, the id may be given to other parties.
            return read.Refusal is null
                ? await TakeSlotAsync(channel, read.Reading!, payment, call, cancellationToken)
                : AdmissionResult.Refused(read.Refusal);
        }

        // The chain could not be read. A refusal is not final without it; and a right payment is admitted for a bounded time.
        return refusal is null && chain.Freshness != ReadingFreshness.FundsUnknown && checks.IsWithinBound(chain)
            ? await TakeSlotAsync(channel, chain.Reading, payment, call, cancellationToken)
            : AdmissionResult.Refused(Refusals.ChainUnavailable());
    }

    private bool IsCurable(Channel channel, ChannelChainState chain, PaymentRefusal refusal, in ChannelPayment payment) =>
        refusal.Reason switch
        {
            RefusalReason.NearExpiry or RefusalReason.NotEnoughTokens or RefusalReason.ChainUnavailable => true,
            RefusalReason.WrongNonce => (payment.Nonce > channel.CurrentNonce(chain) || chain.Freshness == ReadingFreshness.FundsUnknown)
                && checks.CheckSigner(payment, chain.Reading) is null,
            _ => false,
        };

    private PaymentRefusal? CheckForeign(ChannelId id, PaymentGroup group) =>
        book.TryFindForeign(id, out ChannelReading? foreign) ? ChannelChecks.CheckOwner(group, foreign) : null;

    /// <summary>Reads the channel from the chain and checks the payment by what was read. Null when the chain could not be read.</summary>
    private async ValueTask<Checked?> ReadAndCheckAsync(
        ChannelPayment payment, PaymentGroup group, ReadPriority priority, CancellationToken cancellationToken)
    {
        switch (await chainReader.ReadChannelAsync(payment.Channel, priority, cancellationToken))
        {
            case ChannelReadResult.Found:
                // Where all endpoints are stalled, what they return is of the past: the bound holds for it too.
                Channel channel = book.Find(payment.Channel)!;
                ChannelChainState chain = channel.Chain!;
                return new Checked(
                    checks.IsWithinBound(chain) ? checks.Check(channel, chain, payment, group) : Refusals.ChainUnavailable(),
                    chain.Reading);
            case ChannelReadResult.NotFound:
                return new Checked(Refusals.ChannelNotFound(payment.Channel));
            case ChannelReadResult.Foreign:
                // Without a refusal the call and the book are of two configurations: a reload ran between them, and the next call will
                // succeed.
                return new Checked(CheckForeign(payment.Channel, group) ?? Refusals.ChainUnavailable());
            default:
                return null;
        }
    }

    /// <summary>E10, E2 and E11: the price, the channel's slot, and the amount against the record as it then is.</summary>
    private async ValueTask<AdmissionResult> TakeSlotAsync(
        Channel channel, ChannelReading signed, ChannelPayment payment, PaidCall call, CancellationToken cancellationToken)
    {
        if (unpaid.IsPausing(signed.Sender))
        {
            return AdmissionResult.Refused(Refusals.Busy(channel.Id));
        }

        if (call.Limits is { } limits && await limits.AdmitAsync(signed.Sender, cancellationToken) is { } limited)
        {
            return AdmissionResult.Refused(limited);
        }

        bool isAlone = true, hasSlot = false, keepsSlot = false;
        try
        {
            Pricing.Price price = await call.Service.Prices.PriceOfAsync(call.Method, signed.Sender, cancellationToken);
            if (price.Refusal is not null)
            {
                return AdmissionResult.Refused(price.Refusal);
            }

            if (call.Limits is { } budgets && await budgets.HoldAsync(price.Cogs, cancellationToken) is { } aboveBudget)
            {
                return AdmissionResult.Refused(aboveBudget);
            }

            // A free method repeats the signed total, which is not a voucher.
            isAlone = !call.Service.TakesVouchers || price.Cogs.IsZero;
            hasSlot = await channel.EnterAsync(isAlone, options.Current, time, cancellationToken);
            if (!hasSlot)
            {
                return AdmissionResult.Refused(Refusals.Busy(channel.Id));
            }

            (PaymentRefusal? refusal, ChannelRecord? record, HeldVoucher? held) = call.Service.TakesCredit && !price.Cogs.IsZero
                ? await vouchers.HoldAsync(channel, signed, payment, price.Cogs, cancellationToken)
                : await CheckAmountAsync(channel, signed, payment, price.Cogs, cancellationToken);
            keepsSlot = refusal is null;
            return !keepsSlot ? AdmissionResult.Refused(refusal!)
                : AdmissionResult.Of(held is not null && call.Service.Metered is not null
                    ? new MeteredReservation(settlement, channel, payment, price.Cogs, call, record, signed, isAlone) { Held = held }
                    : new ChannelReservation(settlement, channel, payment, price.Cogs, call, record, signed) { Held = held });
        }
        finally
        {
            if (hasSlot && !keepsSlot)
            {
                channel.Leave(isAlone);
            }

            if (!keepsSlot && call.Service.Prices.WasAsked)
            {
                unpaid.CountFailed(signed.Sender);
            }
        }
    }

    /// <returns>A refusal, or the record that the amount was checked against: the settle must find that one unchanged.</returns>
    private async ValueTask<(PaymentRefusal? Refusal, ChannelRecord? Record, HeldVoucher? Held)> CheckAmountAsync(
        Channel channel, ChannelReading signed, ChannelPayment payment, UInt256 price, CancellationToken cancellationToken)
    {
        if ((channel.InDoubt || channel.HasRecordOfOthers)
            && await records.PrepareAsync(channel, signed, cancellationToken) is { } unprepared)
        {
            return (unprepared, null, null);
        }

        ChannelChainState chain = channel.Chain!;
        if (ChannelChecks.CheckParties(chain, signed) is { } changed)
        {
            return (changed, null, null);
        }

        ChannelRecord? record = channel.RecordOf(chain);
        PaymentRefusal? refusal = ChannelChecks.CheckAmount(chain, record, payment, price);
        if (refusal is null or { Reason: RefusalReason.WrongNonce })
        {
            return (refusal, record, null);
        }

        // Another replica may have moved the record since it was read here.
        if (!await ledger.RefreshAsync(channel, cancellationToken))
        {
            return (Refusals.NotRecorded(), null, null);
        }

        record = channel.RecordOf(chain);
        refusal = ChannelChecks.CheckAmount(chain, record, payment, price);
        UInt256 authorized = ChannelChecks.AuthorizedAt(record, payment.Nonce);
        if (refusal is { Reason: RefusalReason.WrongAmount } && payment.Amount > authorized.SaturatingAdd(price))
        {
            events.LedgerMismatch(channel.Id, authorized, payment.Amount);
        }

        return (refusal, record, null);
    }

    /// <summary>A refusal, or the reading that the payment was checked by.</summary>
    private readonly record struct Checked(PaymentRefusal? Refusal, ChannelReading? Reading = null);
}

/// <summary>What the admission of a payment gives: a reservation or a refusal, never both.</summary>
public readonly struct AdmissionResult
{
    private AdmissionResult(Reservation? reservation, PaymentRefusal? refusal)
    {
        Reservation = reservation;
        Refusal = refusal;
    }

    public Reservation? Reservation { get; }

    public PaymentRefusal? Refusal { get; }

    public static AdmissionResult Of(Reservation reservation) => new(reservation, null);

    public static AdmissionResult Refused(PaymentRefusal refusal) => new(null, refusal);
}
