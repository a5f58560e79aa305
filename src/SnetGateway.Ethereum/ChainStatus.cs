using SnetGateway.Payments.Chain;

namespace SnetGateway.Ethereum;

/// <summary>State of the chain follower, for health checks and operators.</summary>
/// <param name="Head">The newest known block.</param>
/// <param name="Cursor">The block up to which the logs of known channels are complete.</param>
/// <param name="LastSuccess">Time of the last successful round.</param>
/// <param name="LastFailure">Error of the last round; null if it succeeded. Names endpoints by number and host only.</param>
/// <param name="WaitingReads">Calls that wait for a channel read.</param>
/// <param name="Endpoints">Each configured endpoint.</param>
public sealed record ChainStatus(
    ChainBlock? Head,
    ChainBlock? Cursor,
    DateTimeOffset? LastSuccess,
    string? LastFailure,
    int WaitingReads,
    IReadOnlyList<EndpointStatus> Endpoints);
