using System.Globalization;
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
            errors.AddIf(
                !BackendKind.All.Contains(kind, StringComparer.Ordinal),
                $"{path}:{nameof(cluster.Metadata)}:{BackendKind.Key}",
                $"{ErrorList.Quote(kind)} is not a kind of backend",
                $"Expected one of: {string.Join(", ", BackendKind.All)}");
            CheckPing(errors, $"{path}:{nameof(cluster.Metadata)}:{BackendHandlerFactory.PingKey}", cluster);
            CheckProbeQuery(errors, $"{path}:HealthCheck:Active:{nameof(ActiveHealthCheckConfig.Query)}", kind, cluster);
            CheckDestinations(errors, $"{path}:{nameof(cluster.Destinations)}", kind, cluster, processes);
        }
    }

    private static void CheckDestinations(ErrorList errors, string path, string kind, ClusterConfig cluster, ProcessOptions processes)
    {
        if (cluster.Destinations is not { Count: > 0 })
        {
            errors.Add(path, "the cluster has no destination", "Write at least one, as \"one\": { \"Address\": \"http://127.0.0.1:7002\" }");
            return;
        }

        foreach ((string name, DestinationConfig destination) in cluster.Destinations)
        {
            string address = $"{path}:{name}:{nameof(destination.Address)}";
            if (kind == BackendKind.Process)
            {
                ProgramRules.CheckDestination(processes, address, destination.Address, errors);
                continue;
            }

            CheckUrl(errors, address, destination.Address);
            if (!string.IsNullOrEmpty(destination.Health))
            {
                CheckUrl(errors, $"{path}:{name}:{nameof(destination.Health)}", destination.Health);
            }
        }
    }

    private static void CheckPing(ErrorList errors, string path, ClusterConfig cluster)
    {
        string? text = cluster.Metadata?.GetValueOrDefault(BackendHandlerFactory.PingKey);
        bool isValid = TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out TimeSpan interval)
            && interval >= TimeSpan.FromSeconds(1) && interval <= TimeSpan.FromHours(1);
        errors.AddIf(
            text is not null && !isValid,
            path,
            $"{ErrorList.Quote(text ?? "")} is not a duration from 1 second to 1 hour",
            "Write it as 00:05:00, or remove the key");
    }

    private static void CheckProbeQuery(ErrorList errors, string path, string kind, ClusterConfig cluster)
    {
        string query = cluster.HealthCheck?.Active?.Query ?? "";
        errors.AddIf(
            query.Length > 0 && kind is not (BackendKind.JsonRpc or BackendKind.Http),
            path,
            "the health of this kind of service is not read from a URL, so a query has no effect",
            "Remove the key");
        errors.AddIf(query.Length > 0 && query[0] != '?', path, "the query does not start with '?'", "Write it as ?level=ready");
    }

    /// <summary>The address is not repeated: it may hold a password.</summary>
    private static void CheckUrl(ErrorList errors, string path, string? url)
    {
        const string Remedy = "Write http:// or https://, the host and the port";
        bool isUrl = Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps);
        errors.AddIf(string.IsNullOrEmpty(url), path, "missing", Remedy);
        errors.AddIf(!isUrl, path, "the value is not an http or https URL", Remedy);
        errors.AddIf(uri is { UserInfo.Length: > 0 }, path, "the URL holds a user name or password, which is never sent", "Remove it");
    }
}
