namespace SnetGateway.Gateway.Admin;

/// <summary>The gateway as a whole.</summary>
/// <param name="Version">The version of the build.</param>
/// <param name="At">When this was read.</param>
/// <param name="StartedAt">When the process began.</param>
/// <param name="IsReady">Whether it should get calls: what `/readyz` says.</param>
/// <param name="Problems">Why not, each as "name: problem".</param>
/// <param name="RunningCalls">Calls that run on services now.</param>
/// <param name="Channels">Channels in memory, with and without payments.</param>
/// <param name="Public">The listener for consumers.</param>
/// <param name="Admin">The listener for the operator.</param>
/// <param name="HasTls">Whether the listener for consumers has TLS.</param>
/// <param name="Certificates">The certificates in use.</param>
/// <param name="Store">The ledger's store.</param>
/// <param name="Chain">The blockchain.</param>
internal sealed record GatewayStatus(
    string Version, DateTimeOffset At, DateTimeOffset StartedAt, bool IsReady, IReadOnlyList<string> Problems, long RunningCalls,
    int Channels, string Public, string Admin, bool HasTls, IReadOnlyList<CertificateView> Certificates, StoreView Store,
    ChainView Chain);

/// <summary>A certificate of the listener for consumers.</summary>
/// <param name="Names">The host names that it is for.</param>
/// <param name="NotAfter">When it expires.</param>
internal sealed record CertificateView(IReadOnlyList<string> Names, DateTimeOffset NotAfter);

/// <summary>The ledger's store.</summary>
/// <param name="Kind">Its name in the configuration.</param>
/// <param name="Place">Where it is, without secrets.</param>
/// <param name="IsShared">Whether other gateways may write it.</param>
/// <param name="IsWritable">Whether the last write or probe succeeded.</param>
internal sealed record StoreView(string Kind, string Place, bool IsShared, bool IsWritable);

/// <summary>The blockchain as the gateway sees it.</summary>
/// <param name="ChainId">Its EIP-155 number.</param>
/// <param name="Escrow">The MultiPartyEscrow contract.</param>
/// <param name="Head">The newest block; null before one was read.</param>
/// <param name="FollowedTo">The block up to which the channels' events are complete.</param>
/// <param name="LastSuccess">When it was last followed.</param>
/// <param name="LastFailure">What failed last; null after a success.</param>
/// <param name="Endpoints">Each configured endpoint.</param>
internal sealed record ChainView(
    long ChainId, string Escrow, ulong? Head, ulong? FollowedTo, DateTimeOffset? LastSuccess, string? LastFailure,
    IReadOnlyList<EndpointView> Endpoints);

/// <summary>An endpoint of the blockchain.</summary>
/// <param name="Name">Its number in the configuration and its host.</param>
/// <param name="IsUsable">Whether it is used.</param>
/// <param name="Fault">Why not.</param>
internal sealed record EndpointView(string Name, bool IsUsable, string? Fault);
