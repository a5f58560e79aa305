using SnetGateway.Gateway.Backends.Descriptors;
using SnetGateway.Gateway.Backends.Http;
using SnetGateway.Gateway.Backends.JsonRpc;

namespace SnetGateway.Gateway.Backends;

/// <summary>What one cluster's services need to be called, beside what `ReverseProxy:Clusters` says of it.</summary>
public sealed class ClusterBackendOptions
{
    /// <summary>What the services' methods and messages are. Translators need it; for services that speak gRPC it feeds the gateway's reflection.</summary>
    public DescriptorOptions Descriptors { get; set; } = new();

    /// <summary>For clusters of the kind jsonrpc.</summary>
    public JsonRpcOptions JsonRpc { get; set; } = new();

    /// <summary>For clusters of the kind http.</summary>
    public HttpServiceOptions Http { get; set; } = new();
}
