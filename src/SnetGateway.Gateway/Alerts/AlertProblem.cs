namespace SnetGateway.Gateway.Alerts;

/// <summary>Something that is wrong now.</summary>
/// <param name="Rule">The kind of alert that it is.</param>
/// <param name="Subject">What it is about; empty where there is only one.</param>
/// <param name="Summary">What is wrong, in a sentence.</param>
internal sealed record AlertProblem(AlertRule Rule, string Subject, string Summary)
{
    /// <summary>A count over a time is certain; a state has to last for `After`.</summary>
    public bool IsCount { get; init; }

    /// <summary>The id of the service that it is about; null for any other subject.</summary>
    public string? DaemonId { get; init; }
}
