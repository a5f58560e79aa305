using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Counters;
using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.States;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.FreeCalls;

/// <summary>
/// What SDKs request before every call: a token, and the number of calls that are left. From memory; only the balance of an address is
/// read from the chain, once a minute at most. Steps and texts are those of the protocol (docs/protocol/prepaid-and-free-calls.md, 'Free
/// calls').
/// </summary>
public sealed class FreeCallStates(
    FreeCallChecks checks, FreeCallTokens tokens, RequestBudgets budgets, CounterLedger counters, BlockFreshness freshness,
    ITokenBalances balances)
{
    /// <summary>The number that is reported for a user without a limit.</summary>
    public const ulong UnlimitedCalls = 99_999_999;

    private const string LedgerUnreadable = "payment freeCallUserData error: the ledger cannot be read now, please try again later";

    /// <summary>A token for the user, or the protocol's text of the error.</summary>
    /// <param name="candidates">The services that the request may be for, of which the signature names one; at least one.</param>
    /// <param name="use">What the client sent.</param>
    /// <param name="lifetime">Blocks that the client wants the token to last; null for the most.</param>
    /// <param name="client">Who is counted while the user has no token.</param>
    /// <param name="cancellationToken">Ends a read of the chain.</param>
    public async ValueTask<(FreeCallToken Token, string? Error)> IssueAsync(
        IReadOnlyList<FreeCallOffer> candidates, FreeCallUse use, ulong? lifetime, ClientNetwork client,
        CancellationToken cancellationToken)
    {
        FreeCallFault? fault = checks.CheckRequest(candidates, use, out FreeCallOffer offer);
        FreeCallTerms terms = offer.Terms;
        if (fault is null && !TryTake(terms, use.User, client))
        {
            return (default, RequestBudgets.Refusal);
        }

        fault ??= await checks.CheckBlockAsync(use.CurrentBlock, cancellationToken)
            ?? await CheckEntitlementAsync(terms, use.User, cancellationToken);
        if (fault is not null)
        {
            return (default, fault.Text);
        }

        (ChainBlock? newest, string? error) = await freshness.NewestAsync(cancellationToken);
        return newest is { } block ? (tokens.Issue(terms, use.User, block.Number, lifetime), null) : (default, error);
    }

    /// <summary>The number of calls that are left to the user, or the protocol's text of the error.</summary>
    /// <param name="candidates">The services that the request may be for, of which the signature names one; at least one.</param>
    /// <param name="use">What the client sent.</param>
    /// <param name="token">The token as sent.</param>
    /// <param name="client">Who is counted while the user has no token.</param>
    /// <param name="cancellationToken">Ends a read of the chain.</param>
    public async ValueTask<(ulong Calls, string? Error)> CountAsync(
        IReadOnlyList<FreeCallOffer> candidates, FreeCallUse use, ReadOnlyMemory<byte> token, ClientNetwork client,
        CancellationToken cancellationToken)
    {
        if (FreeCallToken.Parse(token, out FreeCallToken parsed) is { } malformed)
        {
            return (0, malformed.Text);
        }

        FreeCallFault? fault = checks.CheckSignatures(candidates, use, parsed, out FreeCallOffer offer);
        if (fault is null && !TryTake(offer.Terms, use.User, client))
        {
            return (0, RequestBudgets.Refusal);
        }

        fault ??= await checks.CheckAgeAsync(use, parsed, cancellationToken);
        if (fault is not null)
        {
            return (0, fault.Text);
        }

        long limit = offer.Terms.LimitOf(use.User.Address);
        return limit == FreeCallTerms.Unlimited ? (UnlimitedCalls, null)
            : await counters.FindAsync(use.User.CounterKey(offer.QuotaIds.Span), cancellationToken) is not { } counter
                ? (0, LedgerUnreadable)
            : (UInt256.FromUInt64((ulong)limit).SaturatingSubtract(counter.Used).ToUInt64Saturating(), null);
    }

    private bool TryTake(FreeCallTerms terms, in FreeCallUser user, ClientNetwork client) =>
        tokens.Has(terms, user) ? budgets.TryTakeUser(user.Address) : budgets.TryTakeClient(client);

    private async ValueTask<FreeCallFault?> CheckEntitlementAsync(
        FreeCallTerms terms, FreeCallUser user, CancellationToken cancellationToken)
    {
        if (terms.TrustedSigners.Contains(user.Address))
        {
            return null;
        }

        return user.UserId.Length > 0 ? FreeCallFault.UserIdNotAllowed()
            : terms.MinBalance.IsZero || await balances.BalanceOfAsync(user.Address, cancellationToken) >= terms.MinBalance ? null
            : FreeCallFault.BalanceTooSmall(terms.MinBalanceText);
    }
}
