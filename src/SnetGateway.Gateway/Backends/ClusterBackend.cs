using SnetGateway.Gateway.Backends.Descriptors;

namespace SnetGateway.Gateway.Backends;

/// <summary>The translated services of one cluster.</summary>
/// <param name="ClusterId">The cluster's key in `ReverseProxy:Clusters`.</param>
/// <param name="Options">How they are called.</param>
/// <param name="Descriptors">Their methods and messages; null where they are not configured.</param>
internal sealed record ClusterBackend(string ClusterId, ClusterBackendOptions Options, IDescriptorSource? Descriptors);
