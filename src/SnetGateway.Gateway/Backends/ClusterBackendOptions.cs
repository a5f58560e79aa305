using SnetGateway.Gateway.Backends.Descriptors;

namespace SnetGateway.Gateway.Backends;

/// <summary>What one cluster's services need to be called, beside what `ReverseProxy:Clusters` says of it.</summary>
public sealed class ClusterBackendOptions
{
    /// <summary>What the services' methods and messages are. Translators need it; for services that speak gRPC it feeds the gateway's reflection.</summary>
    public DescriptorOptions Descriptors { get; set; } = new();
}
