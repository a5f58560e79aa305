using System.ComponentModel.DataAnnotations;

namespace SnetGateway.Gateway.Backends;

/// <summary>How services are reached.</summary>
public sealed class BackendOptions
{
    public const string Section = "SnetGateway:Backends";

    /// <summary>How long opening a connection to a service may take, 100 ms to 1 minute. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a service's machine may stay silent before its connections count as lost, 1 s to 1 hour. Default 1 minute. Watched by TCP
    /// itself: services on Go and C core close connections that are pinged more than every 5 minutes.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan SilenceLimit { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Whether a service without the gRPC health service counts as healthy when it is probed. Default true.</summary>
    public bool MissingHealthServiceIsHealthy { get; set; } = true;

    /// <summary>What is special about single clusters, by their keys in `ReverseProxy:Clusters`.</summary>
    public Dictionary<string, ClusterBackendOptions> Clusters { get; set; } = new(StringComparer.OrdinalIgnoreCase);
}
