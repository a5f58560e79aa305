using SnetGateway.Payments.Admission;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Checks;
using SnetGateway.Payments.Counters;
using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Settlement;
using SnetGateway.Payments.States;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Prepaid;

/// <summary>
/// `GetToken`: sells plans. A higher amount than the authorized one is admitted and settled like an escrow call whose price is the
/// difference, and the same conditional write adds the difference to the plan. So two requests cannot both be credited for one amount, and
/// neither record is written without the other (trap 19). The authorized amount again writes nothing and needs no slot.
/// </summary>
public sealed class PrepaidPlans(
    ChannelBook book,
    ChannelParties parties,
    RequestBudgets budgets,
    ChannelChecks checks,
    ChannelAdmission admission,
    PaymentLedger ledger,
    CounterLedger counters,
    ISignerRecovery recovery)
{
    /// <summary>The path of the method, which the journal holds for each purchase.</summary>
    public const string Method = "/escrow.TokenService/GetToken";

    /// <summary>
    /// Attempts to buy while other replicas change the plan: each fails only where one of them wrote first.
    /// </summary>
    private const int MaxAttempts = 20;

    private const string NotAParty = "only channel signer/sender/receiver can get a Valid Token";
    private const string LedgerUnreadable = "the ledger cannot be read now, please try again later";

    /// <param name="payment">The claim that the client signed: channel, nonce, total and signature.</param>
    /// <param name="currentBlock">The block number that the client signed.</param>
    /// <param name="signature">65 bytes over the claim's signature and the block number.</param>
    /// <param name="client">Who is counted if no party of a known channel signed.</param>
    /// <param name="cancellationToken">Ends waits for the channel's slot and for reads.</param>
    public async ValueTask<PlanReply> GetAsync(
        ChannelPayment payment, ulong currentBlock, ReadOnlyMemory<byte> signature, ClientNetwork client,
        CancellationToken cancellationToken)
    {
        if (!TryRecover(payment, currentBlock, signature.Span, out Address signer))
        {
            return PlanReply.Refused(budgets.TryTakeClient(client) ? "incorrect signature" : RequestBudgets.Refusal);
        }

        PartyCheck check = await parties.CheckAsync(payment.Channel, signer, currentBlock, client, cancellationToken);
        if (check.Channel is not { } channel || check.Chain is not { } chain)
        {
            return PlanReply.Refused(check.Refusal ?? NotAParty);
        }

        if (book.Groups.FirstOrDefault(group => group.Owns(chain.Reading)) is not { } owner)
        {
            return PlanReply.Refused($"channel is not found, channelId: {payment.Channel}");
        }

        var token = new PrepaidToken(payment.Channel, payment.Nonce, payment.Amount, signer);
        RecordKey key = PlanKey.Of(chain.Reading, payment.Nonce);
        PaymentRefusal? refusal = null;
        for (int attempt = 0; attempt < MaxAttempts; attempt++)
        {
            if (!await ledger.RefreshAsync(channel, cancellationToken)
                || await counters.FindFreshAsync(key, cancellationToken) is not { } plan)
            {
                return PlanReply.Refused(LedgerUnreadable);
            }

            (refusal, bool isFinal) = await TryAsync(channel, plan, payment, owner, cancellationToken);
            if (refusal is null)
            {
                CounterRecord? record = PlanOf(channel, plan, payment.Nonce);
                return new PlanReply(token, owner, record?.Planned ?? UInt256.Zero, record?.Used ?? UInt256.Zero, null);
            }

            if (isFinal)
            {
                break;
            }
        }

        return PlanReply.Refused(refusal!.Message);
    }

    /// <summary>
    /// The plan, if what it was bought with is still authorized: a record is set aside while its channel's id belongs to others (rule 13).
    /// Null for none.
    /// </summary>
    internal static CounterRecord? PlanOf(Channel channel, Counter plan, ChannelNonce nonce) =>
        plan.Record is { } record
        && channel.Chain is { } chain
        && record.Planned <= ChannelChecks.AuthorizedAt(channel.RecordOf(chain), nonce)
            ? record
            : null;

    /// <summary>One attempt. A refusal that is not final can be cured by another one, because a record has changed.</summary>
    private async ValueTask<(PaymentRefusal? Refusal, bool IsFinal)> TryAsync(
        Channel channel, Counter plan, ChannelPayment payment, PaymentGroup group, CancellationToken cancellationToken)
    {
        ChannelChainState chain = channel.Chain!;
        UInt256 authorized = ChannelChecks.AuthorizedAt(channel.RecordOf(chain), channel.CurrentNonce(chain));
        if (!payment.Amount.TrySubtract(authorized, out UInt256 price))
        {
            return (Refusals.TokenAmountTooLow(), true);
        }

        if (price.IsZero && !channel.InDoubt && checks.IsUsable(chain) && checks.Check(channel, chain, payment, group) is null)
        {
            await counters.AfterPurchaseAsync(plan);
            return (null, true); // nearly every request: the amount is authorized, and nothing is written
        }

        var call = new PaidCall(new PaidService(string.Empty, group, new FixedPrice(price)), Method);
        AdmissionResult admitted = await admission.AdmitAsync(payment, call, cancellationToken);
        if (admitted.Reservation is not ChannelReservation reservation)
        {
            PaymentRefusal refusal = admitted.Refusal!;
            bool exceedsFunds = refusal.Reason == RefusalReason.NotEnoughTokens && payment.Amount > channel.Chain!.Reading.Value;
            return (exceedsFunds ? Refusals.TokenAmountTooHigh() : refusal, refusal.Reason != RefusalReason.WrongAmount);
        }

        PaymentRefusal? refused = null;
        if (!price.IsZero)
        {
            refused = await counters.PurchaseAsync(plan, price, authorized, Method, async write =>
            {
                reservation.Joined = write;
                return await reservation.SettleAsync();
            });
        }

        reservation.TryRelease(ReleaseReason.NotForwarded); // unless it was settled
        return (refused, refused?.Reason != RefusalReason.Busy);
    }

    private bool TryRecover(in ChannelPayment payment, ulong currentBlock, ReadOnlySpan<byte> signature, out Address signer)
    {
        signer = default;
        if (!checks.HasValidForm(payment))
        {
            return false;
        }

        Span<byte> message = stackalloc byte[payment.Signature.Length + UInt256.Size];
        payment.Signature.Span.CopyTo(message);
        UInt256.FromUInt64(currentBlock).WriteBigEndian(message[payment.Signature.Length..]);
        return recovery.TryRecover(message, signature, book.Find(payment.Channel)?.Chain?.Reading.Signer ?? default, out signer);
    }
}
