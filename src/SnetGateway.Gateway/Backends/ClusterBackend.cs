using SnetGateway.Gateway.Backends.Descriptors;

namespace SnetGateway.Gateway.Backends;

/// <summary>What is known of one cluster's services.</summary>
/// <param name="ClusterId">The cluster's key in `ReverseProxy:Clusters`.</param>
/// <param name="Options">How they are called.</param>
/// <param name="Descriptors">What their methods and messages are; null where nobody said.</param>
internal sealed record ClusterBackend(string ClusterId, ClusterBackendOptions Options, IDescriptorSource? Descriptors);
