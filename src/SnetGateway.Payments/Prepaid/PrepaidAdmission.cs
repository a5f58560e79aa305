using SnetGateway.Payments.Admission;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Checks;
using SnetGateway.Payments.Claims;
using SnetGateway.Payments.Counters;
using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Settlement;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Prepaid;

/// <summary>
/// Admits prepaid calls: the token's channel from memory, the price, and the price held of the plan. The price is requested after the token
/// was checked (trap 36). No slot is taken, so calls of one channel run concurrently.
/// </summary>
public sealed class PrepaidAdmission(
    ChannelBook book,
    IChannelReader chainReader,
    ChannelChecks checks,
    ClaimedAmounts claimed,
    PaymentLedger ledger,
    CounterLedger counters,
    PrepaidSettlement settlement,
    UnpaidCalls unpaid)
{
    /// <summary>Checks a call of an authentic token and holds its price. Never throws for a client's error.</summary>
    public async ValueTask<AdmissionResult> AdmitAsync(PrepaidToken token, PaidCall call, CancellationToken cancellationToken)
    {
        if (book.Find(token.Channel)?.Chain is not null)
        {
            await checks.CatchUpAsync(cancellationToken);
        }

        TokenCheck check = await CheckAsync(token, call.Service.Group, cancellationToken);
        if (check.Refusal is not null)
        {
            return AdmissionResult.Refused(check.Refusal);
        }

        Channel channel = check.Channel!;
        ChannelReading reading = check.Reading!;
        if (unpaid.IsPausing(reading.Sender))
        {
            return AdmissionResult.Refused(Refusals.Busy(channel.Id));
        }

        if (call.Limits is { } limits && await limits.AdmitAsync(reading.Sender, cancellationToken) is { } limited)
        {
            return AdmissionResult.Refused(limited);
        }

        bool isHeld = false;
        try
        {
            Pricing.Price price = await call.Service.Prices.PriceOfAsync(call.Method, reading.Sender, cancellationToken);
            if (price.Refusal is not null)
            {
                return AdmissionResult.Refused(price.Refusal);
            }

            if (call.Limits is { } budgets && await budgets.HoldAsync(price.Cogs, cancellationToken) is { } aboveBudget)
            {
                return AdmissionResult.Refused(aboveBudget);
            }

            // After the claim no replica sells more of the plan, and its newest record is the limit.
            RecordKey key = PlanKey.Of(reading, token.Nonce);
            if (await (check.Claimed is null ? counters.FindAsync(key, cancellationToken) : counters.FindFreshAsync(key, cancellationToken))
                is not { } plan)
            {
                return AdmissionResult.Refused(Refusals.NotRecorded());
            }

            // A plan is worth what was signed for it.
            if (check.Claimed is null && plan.Record is not null && PrepaidPlans.PlanOf(channel, plan, token.Nonce) is null)
            {
                // Another replica may have sold more, and its records come one after the other.
                if (!await ledger.RefreshAsync(channel, cancellationToken))
                {
                    return AdmissionResult.Refused(Refusals.NotRecorded());
                }

                if (PrepaidPlans.PlanOf(channel, plan, token.Nonce) is null)
                {
                    return AdmissionResult.Refused(Refusals.UsageExceeded(channel.Id));
                }
            }

            UInt256? limit = check.Claimed is { } amount && amount > plan.Planned ? plan.Planned : check.Claimed;
            (CounterUse? use, CounterOutcome outcome) = await counters.HoldAsync(plan, price.Cogs, limit, call, cancellationToken);
            isHeld = use is not null;
            return isHeld
                    ? AdmissionResult.Of(new PrepaidReservation(settlement, token, channel, reading, use!, check.Claimed is not null))
                : AdmissionResult.Refused(outcome switch
                {
                    CounterOutcome.Exceeded => Refusals.UsageExceeded(channel.Id),
                    CounterOutcome.NotWritten => Refusals.NotRecorded(),
                    _ => Refusals.OutcomeUnknown(),
                });
        }
        finally
        {
            if (!isHeld && call.Service.Prices.WasAsked)
            {
                unpaid.CountFailed(reading.Sender);
            }
        }
    }

    /// <summary>
    /// The channel as it is in memory; where that is stale, or would refuse what a newer reading could cure, by one read of the chain.
    /// </summary>
    private async ValueTask<TokenCheck> CheckAsync(PrepaidToken token, PaymentGroup group, CancellationToken cancellationToken)
    {
        TokenCheck? known = null;
        if (book.Find(token.Channel) is { Chain: { } chain } channel)
        {
            TokenCheck check = Check(channel, chain, token, group);
            bool isUsable = checks.IsUsable(chain);
            if (isUsable && (check.Refusal is null || !IsCurable(check.Refusal, channel, chain, token)))
            {
                checks.ConfirmLater(channel, chain);
                return check;
            }

            known = check with { MayBeUsed = chain.Freshness != ReadingFreshness.FundsUnknown && checks.IsWithinBound(chain) };
        }

        switch (await chainReader.ReadChannelAsync(token.Channel, ReadPriority.KnownParty, cancellationToken))
        {
            case ChannelReadResult.Found:
                Channel read = book.Find(token.Channel)!;
                return checks.IsWithinBound(read.Chain!)
                    ? Check(read, read.Chain!, token, group)
                    : TokenCheck.Refused(Refusals.ChainUnavailable());
            case ChannelReadResult.NotFound or ChannelReadResult.Foreign:
                return TokenCheck.Refused(Refusals.ChannelNotFound(token.Channel));
            default:
                return known is { Refusal: null, MayBeUsed: true } ? known.Value : TokenCheck.Refused(Refusals.ChainUnavailable());
        }
    }

    private static bool IsCurable(PaymentRefusal refusal, Channel channel, ChannelChainState chain, PrepaidToken token) =>
        refusal.Reason switch
        {
            RefusalReason.NearExpiry or RefusalReason.NotEnoughTokens or RefusalReason.ChainUnavailable => true,
            RefusalReason.WrongNonce => token.Nonce > channel.CurrentNonce(chain),
            _ => false,
        };

    private TokenCheck Check(Channel channel, ChannelChainState chain, PrepaidToken token, PaymentGroup group)
    {
        ChannelReading reading = chain.Reading;
        if (token.User != reading.Signer && token.User != reading.Sender && token.User != reading.Recipient)
        {
            return TokenCheck.Refused(Refusals.WrongSigner());
        }

        PaymentRefusal? refusal = checks.CheckUnsigned(channel, chain, PaymentOf(token, channel), group);
        if (refusal is { Reason: RefusalReason.WrongNonce } && token.Nonce < chain.Nonce)
        {
            // Claimed, and nothing undoes it: the money is the provider's. If that is not known, the token is not worth anything.
            ulong newest = chain.NewestBlock(chainReader);
            if (newest >= channel.FinalityDepth
                && claimed.TryFind(token.Channel, token.Nonce, newest - channel.FinalityDepth, out UInt256 amount)
                && amount >= token.Amount)
            {
                return new TokenCheck(channel, reading, null, amount);
            }
        }

        return new TokenCheck(channel, reading, refusal, null);
    }

    /// <summary>
    /// What pays: the total that can be claimed. It is the newest one that was signed, also for a token of a smaller one, since the plan
    /// belongs to all tokens of the nonce.
    /// </summary>
    internal static ChannelPayment PaymentOf(PrepaidToken token, Channel channel)
    {
        UInt256 authorized = ChannelChecks.AuthorizedAt(channel.RecordOf(channel.Chain!), token.Nonce);
        return new ChannelPayment(token.Channel, token.Nonce, authorized > token.Amount ? authorized : token.Amount, default);
    }

    /// <summary>A refusal, or the channel that pays.</summary>
    /// <param name="Channel">The channel.</param>
    /// <param name="Reading">The reading that the token was checked by.</param>
    /// <param name="Refusal">Why the token is not accepted.</param>
    /// <param name="Claimed">The total that was claimed at the token's nonce, in cogs; null while the channel is at that nonce.</param>
    private readonly record struct TokenCheck(Channel? Channel, ChannelReading? Reading, PaymentRefusal? Refusal, UInt256? Claimed)
    {
        public bool MayBeUsed { get; init; }

        public static TokenCheck Refused(PaymentRefusal refusal) => new(null, null, refusal, null);
    }
}
