namespace SnetGateway.Gateway.Dashboard;

/// <summary>
/// The checks of a call in their order, and what each said of a call that was refused for a reason. Which checks there are follows
/// <see cref="Payments.Checks.ChannelChecks"/>; the reasons are those of docs/metrics.md.
/// </summary>
internal static class CheckStory
{
    private static readonly CheckStep[] s_before =
    [
        new("It is a gRPC call", "no_grpc_call"),
        new("The service is configured and not paused", "no_service", "paused"),
        new("The payment's metadata can be read", "metadata", "payment_type"),
    ];

    private static readonly CheckStep[] s_channel =
    [
        .. s_before,
        new("The channel can be checked against the chain", "chain_unavailable"),
        new("The channel exists and pays this group", "channel_not_found", "foreign_channel"),
        new("The nonce is the channel's", "wrong_nonce"),
        new("The signature is one of the channel's signer or sender", "signature_invalid", "wrong_signer"),
        new("The channel lives long enough", "near_expiry"),
        new("The channel holds the signed amount", "not_enough_tokens"),
        new("The rates allow another call", "rate_limited"),
        new("The method has a price", "price_unknown"),
        new("The budgets have room for the price", "budget_used"),
        new("The channel is free, and its payer does not have to pause", "busy"),
        new("The amount is the authorized amount and exactly the price", "wrong_amount"),
        new("The record can be read and written", "not_recorded", "outcome_unknown"),
    ];

    private static readonly CheckStep[] s_token =
    [
        .. s_before,
        new("The token or the signature is valid", "token_invalid"),
        new("It is not too old", "token_expired", "signature_expired"),
        new("There is something left of the plan or of the free calls", "usage_exceeded", "quota_used"),
    ];

    /// <summary>Reasons that may be given before others have run, with the first check of which then nothing is known.</summary>
    private static readonly Dictionary<string, string> s_early = new()
    {
        ["signature_invalid"] = "chain_unavailable", ["busy"] = "rate_limited",
    };

    /// <summary>The names of the checks of a call that was paid from its channel.</summary>
    public static IEnumerable<string> Passed => s_channel.Select(step => step.Name);

    /// <summary>Each check with its result; empty for a reason that is no check.</summary>
    public static IReadOnlyList<CheckResult> Of(string reason)
    {
        CheckStep[] steps = s_channel.Any(step => step.Reasons.Contains(reason)) ? s_channel : s_token;
        int refused = Array.FindIndex(steps, step => step.Reasons.Contains(reason));
        int unknown = s_early.TryGetValue(reason, out string? first)
            ? Array.FindIndex(steps, step => step.Reasons.Contains(first))
            : steps.Length;
        return refused < 0 ? [] : [.. steps.Select((step, i) => new CheckResult(
            step.Name,
            i == refused ? CheckOutcome.Refused
            : i > refused ? CheckOutcome.NotReached
            : i >= unknown ? CheckOutcome.NotKnown
            : CheckOutcome.Passed))];
    }

    private sealed record CheckStep(string Name, params string[] Reasons);
}

/// <summary>What a check said.</summary>
internal sealed record CheckResult(string Name, CheckOutcome Outcome);

/// <summary>The results of checks.</summary>
internal enum CheckOutcome
{
    Passed,
    Refused,

    /// <summary>An earlier check refused the call.</summary>
    NotReached,

    /// <summary>The check that refused the call may run before this one.</summary>
    NotKnown,
}
