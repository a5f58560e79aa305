using SnetGateway.Gateway.Backends.Descriptors;
using SnetGateway.Gateway.Backends.Http;
using SnetGateway.Gateway.Backends.JsonRpc;

namespace SnetGateway.Gateway.Backends;

/// <summary>How the services of one cluster are called, in addition to its settings in `ReverseProxy:Clusters`.</summary>
public sealed class ClusterBackendOptions
{
    /// <summary>
    /// The methods and messages of the services. Translators need it; for gRPC services the gateway's reflection uses it.
    /// </summary>
    public DescriptorOptions Descriptors { get; set; } = new();

    /// <summary>TLS towards the instances, for clusters whose addresses are https.</summary>
    public ClusterTlsOptions Tls { get; set; } = new();

    /// <summary>For clusters of the kind jsonrpc.</summary>
    public JsonRpcOptions JsonRpc { get; set; } = new();

    /// <summary>For clusters of the kind http.</summary>
    public HttpServiceOptions Http { get; set; } = new();
}
