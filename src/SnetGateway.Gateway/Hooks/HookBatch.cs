using System.Text.Json.Serialization;

namespace SnetGateway.Gateway.Hooks;

/// <summary>One delivery of a hook.</summary>
/// <param name="Gateway">Name of the machine or container, and of the gateway where the process runs several.</param>
/// <param name="Version">Version of the gateway.</param>
/// <param name="Events">The events, the oldest first, at most 200. May be empty when there is only a summary.</param>
/// <param name="NotSent">
/// The summary: how many more events there were that no delivery holds, by the event's name. At most 101 names; `other` is the sum of the
/// rest.
/// </param>
public sealed record HookBatch(
    string Gateway, string Version, IReadOnlyList<HookEvent> Events, IReadOnlyDictionary<string, long> NotSent)
{
    /// <summary>Alerts that began, still last or have ended, critical ones first, at most 200.</summary>
    [JsonIgnore]
    public IReadOnlyList<HookAlert> Alerts { get; init; } = [];

    /// <summary>Whether there is nothing to deliver.</summary>
    [JsonIgnore]
    public bool IsEmpty => Events.Count + NotSent.Count + Alerts.Count == 0;
}

/// <summary>One log event.</summary>
/// <param name="Time">When it was logged, in UTC.</param>
/// <param name="Level">Trace, Debug, Information, Warning, Error or Critical.</param>
/// <param name="Category">The area that logged it, as `SnetGateway.Gateway.PaidCalls.PaidCallMiddleware`.</param>
/// <param name="EventId">Its id in docs/events.md; 0 for an event of the framework without one.</param>
/// <param name="EventName">Its name there; empty without one.</param>
/// <param name="Message">Its text, at most 2,000 characters.</param>
/// <param name="Exception">The exception with its stack, at most 4,000 characters; null without one.</param>
/// <param name="Values">The values in the text, by their names.</param>
public sealed record HookEvent(
    DateTimeOffset Time,
    string Level,
    string Category,
    int EventId,
    string EventName,
    string Message,
    string? Exception,
    IReadOnlyDictionary<string, string> Values);
