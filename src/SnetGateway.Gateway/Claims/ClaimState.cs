using SnetGateway.Payments.Claims.Sending;

namespace SnetGateway.Gateway.Claims;

/// <summary>The claims of one payee in this process, and how their last round ended.</summary>
internal sealed class ClaimState(ClaimAutopilot autopilot)
{
    private volatile LastRound? _last;
    private int _failures;

    public ClaimAutopilot Autopilot => autopilot;

    /// <summary>The last round; null before one has ended.</summary>
    public LastRound? Last => _last;

    /// <summary>Whether a transaction is open, or that is not known.</summary>
    public bool HasOpen => _last is not { Problem: null, Round: { } round } || round.Outbox.Batches.Count > 0;

    public void Succeeded(ClaimRound round, DateTimeOffset at)
    {
        _failures = 0;
        _last = new LastRound(at, round, null);
    }

    /// <summary>How many have failed one after the other.</summary>
    public int Failed(string problem, DateTimeOffset at)
    {
        _last = new LastRound(at, _last?.Round, problem);
        return ++_failures;
    }
}

/// <summary>How a round ended.</summary>
/// <param name="At">When.</param>
/// <param name="Round">The last one that succeeded; null for none.</param>
/// <param name="Problem">Why it failed; null if it did not.</param>
internal sealed record LastRound(DateTimeOffset At, ClaimRound? Round, string? Problem);
