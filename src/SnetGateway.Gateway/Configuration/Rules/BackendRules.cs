using SnetGateway.Gateway.Backends;
using SnetGateway.Gateway.Backends.Descriptors;
using SnetGateway.Gateway.Configuration.Schema;
using Yarp.ReverseProxy.Configuration;

namespace SnetGateway.Gateway.Configuration.Rules;

/// <summary>A cluster is of a known kind, and what is said of its services is said of a cluster that is there, and once.</summary>
internal static class BackendRules
{
    private const string Clusters = $"{ProxySchema.Section}:{ProxySchema.Clusters}";

    public static void Check(RuleContext context)
    {
        foreach (ClusterConfig cluster in context.Clusters)
        {
            string kind = BackendKind.Of(cluster.Metadata);
            if (!BackendKind.All.Contains(kind, StringComparer.Ordinal))
            {
                string path = $"{RuleContext.ClusterPath(cluster.ClusterId)}:{nameof(cluster.Metadata)}:{BackendKind.Key}";
                context.Complain(path, $"{MistakeList.Quote(kind)} is no kind of service", $"Write one of {string.Join(", ", BackendKind.All)}");
            }
        }

        string[] known = [.. context.Clusters.Select(cluster => cluster.ClusterId)];
        foreach ((string clusterId, ClusterBackendOptions options) in context.Options.Backends.Clusters)
        {
            if (!known.Contains(clusterId, StringComparer.OrdinalIgnoreCase))
            {
                context.Complain(
                    RuleContext.BackendPath(clusterId), $"there is no cluster {MistakeList.Quote(clusterId)}", RuleContext.Choose(clusterId, known, Clusters));
            }

            CheckDescriptors(context, clusterId, options.Descriptors);
        }
    }

    private static void CheckDescriptors(RuleContext context, string clusterId, DescriptorOptions options)
    {
        string[] sources = [options.ProtoFolder ?? "", options.DescriptorSet ?? "", options.ReflectionAddress ?? ""];
        if (sources.Count(source => source.Length > 0) > 1)
        {
            context.Complain(
                RuleContext.DescriptorsPath(clusterId),
                "the messages are described more than once",
                $"Keep one of {nameof(options.ProtoFolder)}, {nameof(options.DescriptorSet)} and {nameof(options.ReflectionAddress)}");
        }
    }
}
