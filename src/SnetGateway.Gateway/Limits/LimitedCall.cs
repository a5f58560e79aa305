using SnetGateway.Payments.Limits;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.States;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Limits;

/// <summary>One call under the configured limits.</summary>
internal sealed class LimitedCall(CallLimiter limiter, LimitSet limits, HttpContext context, string? service) : CallLimits
{
    private Address? _payer;
    private List<IDisposable>? _running;
    private List<HeldPart>? _held;

    public PathString Path => context.Request.Path;

    /// <summary>The payer where it is known, otherwise the client's address.</summary>
    public string Caller => _payer?.ToString() ?? context.Connection.RemoteIpAddress?.ToString() ?? "unknown";

    /// <summary>Counts the call by its client's address, before anything else is done for it.</summary>
    public PaymentRefusal? AdmitClient()
    {
        foreach (RateLimit rate in limits.Rates)
        {
            if (rate.IsPerAddress && rate.Covers(service, Path.Value)
                && Take(rate, LimitKey.Of(ClientNetwork.Of(context.Connection.RemoteIpAddress))) is { } refusal)
            {
                return refusal;
            }
        }

        return null;
    }

    public override ValueTask<PaymentRefusal?> AdmitAsync(Address payer, CancellationToken cancellationToken)
    {
        _payer = payer;
        return AdmitAsync(cancellationToken);
    }

    /// <summary>Counts a call by the rates of all callers and, where it is known, of its payer.</summary>
    public ValueTask<PaymentRefusal?> AdmitAsync(CancellationToken cancellationToken)
    {
        bool isShared = false;
        foreach (RateLimit rate in limits.Rates)
        {
            if (!Counts(rate))
            {
                continue;
            }

            if (Take(rate, KeyOf(rate)) is { } refusal)
            {
                return new ValueTask<PaymentRefusal?>(refusal);
            }

            isShared |= rate.IsShared;
        }

        return isShared ? AdmitSharedAsync(cancellationToken) : default;
    }

    public override ValueTask<PaymentRefusal?> HoldAsync(UInt256 price, CancellationToken cancellationToken) =>
        limits.Budgets.IsEmpty || price.IsZero ? default : HoldInAllAsync(price, cancellationToken);

    /// <summary>The call has ended: it runs no more, and of the budgets it uses only what was charged. May be called again.</summary>
    /// <param name="charged">What it costs, in cogs; zero where nothing was charged.</param>
    public void End(UInt256 charged)
    {
        foreach (IDisposable place in _running ?? [])
        {
            place.Dispose();
        }

        foreach (HeldPart held in _held ?? [])
        {
            held.Part.GiveBack(held.Period, held.Amount.SaturatingSubtract(charged));
        }

        (_running, _held) = (null, null);
    }

    private bool Counts(RateLimit rate) =>
        !rate.IsPerAddress && (_payer is not null || !rate.IsPerPayer) && rate.Covers(service, Path.Value);

    private LimitKey KeyOf(RateLimit rate) => rate.IsPerPayer ? LimitKey.Of(_payer!.Value) : default;

    private PaymentRefusal? Take(RateLimit rate, LimitKey key)
    {
        TimeSpan? wait = rate.Take(key, out IDisposable? running);
        if (running is not null)
        {
            (_running ??= []).Add(running);
        }

        return wait is null ? null : Refuse(rate.Name, Refusals.TooManyCalls(wait.Value));
    }

    private async ValueTask<PaymentRefusal?> AdmitSharedAsync(CancellationToken cancellationToken)
    {
        DateTimeOffset now = limiter.Now;
        foreach (RateLimit rate in limits.Rates)
        {
            if (rate.IsShared && Counts(rate))
            {
                switch ((await rate.TakeSharedAsync(KeyOf(rate), now, cancellationToken)).Outcome)
                {
                    case PartOutcome.UsedUp:
                        return Refuse(rate.Name, Refusals.TooManyCalls(rate.Rest(now)));
                    case PartOutcome.Unavailable:
                        return Refusals.LimitUnavailable();
                }
            }
        }

        return null;
    }

    private async ValueTask<PaymentRefusal?> HoldInAllAsync(UInt256 price, CancellationToken cancellationToken)
    {
        DateTimeOffset now = limiter.Now;
        foreach (Budget budget in limits.Budgets)
        {
            if (!budget.Covers(service))
            {
                continue;
            }

            PartedLimit part = budget.Of(_payer!.Value);
            PartResult taken = await part.TakeAsync(budget.Request(price, now), cancellationToken);
            switch (taken.Outcome)
            {
                case PartOutcome.UsedUp:
                    return Refuse(budget.Name, Refusals.BudgetUsed(Budget.Rest(now)));
                case PartOutcome.Unavailable:
                    return Refusals.LimitUnavailable();
                default:
                    (_held ??= []).Add(new HeldPart(part, taken.Period, price));
                    break;
            }
        }

        return null;
    }

    private PaymentRefusal Refuse(string limit, PaymentRefusal refusal)
    {
        limiter.Refused(limit, this);
        return refusal;
    }

    private readonly record struct HeldPart(PartedLimit Part, long Period, UInt256 Amount);
}
