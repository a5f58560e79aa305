using SnetGateway.Gateway.Hooks;

namespace SnetGateway.Gateway.Alerts;

/// <summary>One alert: a problem and since when there is one. Immutable.</summary>
/// <param name="Problem">The problem, as last found.</param>
/// <param name="StartsAt">When it was first found.</param>
/// <param name="IsFiring">False while it has not lasted long enough.</param>
/// <param name="Silence">The silence that keeps it from being sent; null for none.</param>
internal sealed record Alert(AlertProblem Problem, DateTimeOffset StartsAt, bool IsFiring, string? Silence)
{
    /// <summary>Timestamp of the first time it was found.</summary>
    public long Began { get; init; }

    /// <summary>Timestamp of the last time it was found.</summary>
    public long Found { get; init; }

    /// <summary>Timestamp of the last time it was sent; null before.</summary>
    public long? Sent { get; init; }

    /// <summary>What hooks get.</summary>
    /// <param name="endsAt">When it ended; null while it lasts.</param>
    public HookAlert ToHook(DateTimeOffset? endsAt = null) => new(
        Problem.Rule.Name, Problem.Rule.Severity, Problem.Subject, Problem.Summary, Problem.Rule.Remedy, StartsAt, endsAt)
    {
        DaemonId = Problem.DaemonId,
    };
}
