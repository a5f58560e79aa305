using System.ComponentModel.DataAnnotations;
using SnetGateway.Gateway.Validation;

namespace SnetGateway.Gateway.Backends;

/// <summary>Connections to the services, and how their calls are translated.</summary>
public sealed class BackendOptions
{
    public const string Section = "SnetGateway:Backends";

    /// <summary>Time to open a connection to an instance, 100 ms to 1 minute. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Time after which the connections to a machine that does not respond are closed, 1 s to 1 hour. TCP keep-alive checks this, because
    /// gRPC servers in Go and C++ close connections that send HTTP/2 pings more often than every 5 minutes. Default 1 minute.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan SilenceLimit { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>If true, an instance without the gRPC health service counts as healthy when it is probed. Default true.</summary>
    [Live]
    public bool MissingHealthServiceIsHealthy { get; set; } = true;

    /// <summary>
    /// If true, gRPC health reports a service as SERVING that neither a heartbeat nor probes of its instances check, as the reference
    /// daemon does. If false, as UNKNOWN. Default false.
    /// </summary>
    [Live]
    public bool UncheckedServicesAreServing { get; set; }

    /// <summary>Settings of single clusters, by their names in `ReverseProxy:Clusters`.</summary>
    [Live]
    public Dictionary<string, ClusterBackendOptions> Clusters { get; set; } = new(StringComparer.OrdinalIgnoreCase);
}
