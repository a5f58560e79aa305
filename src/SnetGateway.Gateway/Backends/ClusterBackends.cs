using System.Collections.Frozen;

namespace SnetGateway.Gateway.Backends;

/// <summary>The clusters that `SnetGateway:Backends:Clusters` describes. Immutable.</summary>
internal sealed class ClusterBackends(IEnumerable<ClusterBackend> clusters)
{
    private readonly FrozenDictionary<string, ClusterBackend> _clusters =
        clusters.ToFrozenDictionary(cluster => cluster.ClusterId, StringComparer.OrdinalIgnoreCase);

    public static ClusterBackends None { get; } = new([]);

    /// <summary>The cluster of that id; null when it is not described.</summary>
    public ClusterBackend? Find(string clusterId) => _clusters.GetValueOrDefault(clusterId);
}

/// <summary>The cluster backends in force. Read at each call, so that a reload takes effect with the next one.</summary>
internal interface IClusterBackends
{
    ClusterBackends Backends { get; }
}
