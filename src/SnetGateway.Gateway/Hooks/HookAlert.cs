namespace SnetGateway.Gateway.Hooks;

/// <summary>One alert, as it is now.</summary>
/// <param name="Name">Its rule, a section of docs/alerts.md.</param>
/// <param name="Severity">`critical` (money or calls are lost now) or `warning`.</param>
/// <param name="Subject">What it is about, such as a service or a certificate; empty where there is only one.</param>
/// <param name="Summary">What is wrong, in a sentence.</param>
/// <param name="Remedy">What to do, in a sentence.</param>
/// <param name="StartsAt">When the problem began, in UTC.</param>
/// <param name="EndsAt">When it ended; null while it lasts.</param>
public sealed record HookAlert(
    string Name, string Severity, string Subject, string Summary, string Remedy, DateTimeOffset StartsAt, DateTimeOffset? EndsAt)
{
    public const string Critical = "critical";
    public const string Warning = "warning";

    /// <summary>The id of the service that the alert is about, as daemons of the platform compute it; null for any other subject.</summary>
    public string? DaemonId { get; init; }
}
