using SnetGateway.Payments.Chain;

namespace SnetGateway.Ethereum;

/// <summary>How it stands with the chain, for health checks and people.</summary>
/// <param name="Head">The newest block known.</param>
/// <param name="Cursor">The block up to which the logs of known channels are complete.</param>
/// <param name="LastSuccess">When the chain was last followed to an endpoint's head.</param>
/// <param name="LastFailure">What went wrong at the last try, if it did. Names endpoints by number and host only.</param>
/// <param name="WaitingReads">Calls that wait for a look at a channel.</param>
/// <param name="Endpoints">Each configured endpoint.</param>
public sealed record ChainStatus(
    ChainBlock? Head,
    ChainBlock? Cursor,
    DateTimeOffset? LastSuccess,
    string? LastFailure,
    int WaitingReads,
    IReadOnlyList<EndpointStatus> Endpoints);
