using System.Collections.Frozen;

namespace SnetGateway.Payments.Pauses;

/// <summary>What the operator has paused. Immutable.</summary>
/// <param name="Revision">Revision of its record; 0 before any.</param>
/// <param name="Since">The paused services by their configured names, or <see cref="All"/>, each with the time of its pause.</param>
public sealed record PauseSet(long Revision, FrozenDictionary<string, DateTimeOffset> Since)
{
    /// <summary>In place of a service: all of them.</summary>
    public const string All = "*";

    public static PauseSet None { get; } = new(0, FrozenDictionary<string, DateTimeOffset>.Empty);

    /// <summary>Whether calls of all services are refused.</summary>
    public bool CoversAll => Since.ContainsKey(All);

    /// <summary>Whether calls of this service are refused.</summary>
    public bool Covers(string service) => Since.Count > 0 && (CoversAll || Since.ContainsKey(service));
}
