using System.Globalization;
using SnetGateway.Gateway.Backends;
using Yarp.ReverseProxy.Configuration;

namespace SnetGateway.Gateway.Configuration.Rules;

/// <summary>A cluster has instances, at addresses that can be called.</summary>
internal static class ClusterRules
{
    public static void Check(RuleContext context)
    {
        foreach (ClusterConfig cluster in context.Clusters)
        {
            CheckPing(context, cluster);
            CheckProbeQuery(context, cluster);
            if (cluster.SessionAffinity?.Enabled == true)
            {
                context.AddError(
                    $"{RuleContext.ClusterPath(cluster.ClusterId)}:{nameof(cluster.SessionAffinity)}:{nameof(SessionAffinityConfig.Enabled)}",
                    "calls of one client are not kept together: no gRPC client keeps a cookie, and none repeats a header that it was given",
                    "Take it out");
            }

            string path = $"{RuleContext.ClusterPath(cluster.ClusterId)}:{nameof(cluster.Destinations)}";
            if (cluster.Destinations is not { Count: > 0 })
            {
                context.AddError(path, "the cluster has no destination", "Write at least one, as \"one\": { \"Address\": \"http://127.0.0.1:7002\" }");
                continue;
            }

            foreach ((string name, DestinationConfig destination) in cluster.Destinations)
            {
                string address = $"{path}:{name}:{nameof(destination.Address)}";
                if (BackendKind.Of(cluster.Metadata) == BackendKind.Process)
                {
                    ProgramRules.CheckDestination(context, address, destination.Address);
                    continue;
                }

                CheckUrl(context, address, destination.Address);
                if (!string.IsNullOrEmpty(destination.Health))
                {
                    CheckUrl(context, $"{path}:{name}:{nameof(destination.Health)}", destination.Health);
                }
            }
        }
    }

    private static void CheckPing(RuleContext context, ClusterConfig cluster)
    {
        if (cluster.Metadata?.GetValueOrDefault(BackendHandlerFactory.PingKey) is { } text
            && !(TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out TimeSpan interval) && interval >= TimeSpan.FromSeconds(1) && interval <= TimeSpan.FromHours(1)))
        {
            context.AddError(
                $"{RuleContext.ClusterPath(cluster.ClusterId)}:{nameof(cluster.Metadata)}:{BackendHandlerFactory.PingKey}",
                $"'{text}' is no time from 1 second to 1 hour",
                "Write it as 00:05:00, or leave it away");
        }
    }

    private static void CheckProbeQuery(RuleContext context, ClusterConfig cluster)
    {
        if (cluster.HealthCheck?.Active?.Query is not { Length: > 0 } query)
        {
            return;
        }

        string path = $"{RuleContext.ClusterPath(cluster.ClusterId)}:{nameof(cluster.HealthCheck)}:{nameof(HealthCheckConfig.Active)}:{nameof(ActiveHealthCheckConfig.Query)}";
        if (BackendKind.Of(cluster.Metadata) is not (BackendKind.JsonRpc or BackendKind.Http))
        {
            context.AddError(path, "the health of this kind of service is not read from a URL, so a query has no effect", "Remove the key");
        }
        else if (query[0] != '?')
        {
            context.AddError(path, "the query does not start with '?'", "Write it as ?level=ready");
        }
    }

    /// <summary>The address is not repeated: an operator may have put a password into it.</summary>
    private static void CheckUrl(RuleContext context, string path, string? url)
    {
        const string Remedy = "Write http:// or https://, the host and the port";
        if (string.IsNullOrEmpty(url))
        {
            context.AddError(path, "missing", Remedy);
        }
        else if (!Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) || (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps))
        {
            context.AddError(path, "the value is no HTTP URL", Remedy);
        }
        else if (uri.UserInfo.Length > 0)
        {
            context.AddError(path, "the URL holds a user name or password, which is never sent", "Take it out");
        }
    }
}
