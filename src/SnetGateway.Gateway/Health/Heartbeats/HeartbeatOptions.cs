using System.ComponentModel.DataAnnotations;

namespace SnetGateway.Gateway.Health.Heartbeats;

/// <summary>How `/heartbeat` checks a service.</summary>
public sealed class HeartbeatOptions
{
    public const string None = "none";
    public const string Grpc = "grpc";
    public const string Http = "http";

    /// <summary>
    /// The check: grpc asks the gRPC health service of the instances, http requests a URL, none checks nothing, which the heartbeat then
    /// reports. Default none.
    /// </summary>
    [AllowedValues(None, Grpc, Http)]
    public string Kind { get; set; } = None;

    /// <summary>For http: the URL to request. The service is healthy if the response has status 200 and a body that is not empty.</summary>
    [DataType("url")]
    public string? Url { get; set; }

    /// <summary>For grpc: the service name in the health request. Default empty: the whole server.</summary>
    public string HealthName { get; set; } = "";

    /// <summary>Time that the check may take, 100 ms to 1 minute. Default 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(2);
}
