namespace SnetGateway.Gateway.Alerts;

/// <summary>Finds the problems of some rules.</summary>
internal interface IAlertSource
{
    /// <summary>The problems that there are now. Called each few seconds, one call at a time, and reads memory only.</summary>
    IEnumerable<AlertProblem> Find(AlertOptions options);
}
