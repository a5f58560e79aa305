using SnetGateway.Gateway.Backends.Processes;
using SnetGateway.Gateway.Validation;
using Yarp.ReverseProxy.Configuration;

namespace SnetGateway.Gateway.Backends;

/// <summary>Each cluster of `ReverseProxy:Clusters` has instances that its kind of backend can call.</summary>
internal static class ClusterRules
{
    public const string Clusters = "ReverseProxy:Clusters";

    public static void Check(IReadOnlyList<ClusterConfig> clusters, ProcessOptions processes, ErrorList errors)
    {
        foreach (ClusterConfig cluster in clusters)
        {
            string path = $"{Clusters}:{cluster.ClusterId}", kind = BackendKind.Of(cluster.Metadata);
            string destinations = $"{path}:{nameof(cluster.Destinations)}";
            errors.Check($"{path}:HealthCheck:Active:{nameof(ActiveHealthCheckConfig.Query)}", (
                cluster.HealthCheck?.Active?.Query is { Length: > 0 } && kind is not (BackendKind.JsonRpc or BackendKind.Http),
                "the health of this kind is not read from a URL, so a query has no effect",
                "Remove the key"));
            errors.Check(destinations, (
                cluster.Destinations is not { Count: > 0 },
                "the cluster has no destination",
                "Write at least one, as \"one\": { \"Address\": \"http://127.0.0.1:7002\" }"));
            foreach ((string name, DestinationConfig destination) in cluster.Destinations ?? new Dictionary<string, DestinationConfig>())
            {
                string address = $"{destinations}:{name}:{nameof(destination.Address)}";
                if (kind == BackendKind.Process)
                {
                    ProgramRules.CheckDestination(processes, address, destination.Address, errors);
                    continue;
                }

                CheckUrl(address, destination.Address ?? "", errors);
                if (!string.IsNullOrEmpty(destination.Health))
                {
                    CheckUrl($"{destinations}:{name}:{nameof(destination.Health)}", destination.Health, errors);
                }
            }
        }
    }

    /// <summary>The address is not repeated: it may hold a password.</summary>
    private static void CheckUrl(string path, string url, ErrorList errors)
    {
        bool isUrl = Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) && uri is { Scheme: "http" or "https" };
        string problem = url.Length == 0 ? "missing" : "the value is not an http or https URL";
        errors.Check(
            path,
            (!isUrl, problem, "Write http:// or https://, the host and the port"),
            (uri is { UserInfo.Length: > 0 }, "the URL holds a user name or password, which is never sent", "Remove it"));
    }
}
