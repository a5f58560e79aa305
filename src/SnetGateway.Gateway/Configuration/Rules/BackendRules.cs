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
                context.AddError(path, $"{ErrorList.Quote(kind)} is no kind of service", $"Write one of {string.Join(", ", BackendKind.All)}");
            }

            CheckIsDescribed(context, cluster, kind);
        }

        string[] known = [.. context.Clusters.Select(cluster => cluster.ClusterId)];
        foreach ((string clusterId, ClusterBackendOptions options) in context.Options.Backends.Clusters)
        {
            if (!known.Contains(clusterId, StringComparer.OrdinalIgnoreCase))
            {
                context.AddError(
                    RuleContext.BackendPath(clusterId), $"there is no cluster {ErrorList.Quote(clusterId)}", RuleContext.Choose(clusterId, known, Clusters));
            }

            CheckDescriptors(context, clusterId, options.Descriptors);
            string kind = BackendKind.Of(context.Clusters.FirstOrDefault(cluster => Same(cluster.ClusterId, clusterId))?.Metadata);
            if (kind != BackendKind.JsonRpc && options.JsonRpc.Methods.Count > 0)
            {
                Unused(context, clusterId, nameof(options.JsonRpc), BackendKind.JsonRpc);
            }

            if (kind == BackendKind.Http)
            {
                HttpServiceRules.Check(context, clusterId, options.Http);
            }
            else if (options.Http.Credentials.Count > 0 || options.Http.Methods.Count > 0)
            {
                Unused(context, clusterId, nameof(options.Http), BackendKind.Http);
            }
        }
    }

    /// <summary>A translator without descriptors could answer no call.</summary>
    private static void CheckIsDescribed(RuleContext context, ClusterConfig cluster, string kind)
    {
        DescriptorOptions? descriptors = context.Options.Backends.Clusters.GetValueOrDefault(cluster.ClusterId)?.Descriptors;
        if ((kind is BackendKind.JsonRpc or BackendKind.Http || (kind == BackendKind.Process && ProgramRules.AnySpeaksJson(context, cluster)))
            && string.IsNullOrEmpty(descriptors?.ProtoFolder)
            && string.IsNullOrEmpty(descriptors?.DescriptorSet)
            && string.IsNullOrEmpty(descriptors?.ReflectionAddress))
        {
            context.AddError(
                RuleContext.DescriptorsPath(cluster.ClusterId),
                $"nothing says what the messages of this cluster's services are, and {(kind == BackendKind.Process ? "a program that speaks JSON" : "the kind " + kind)} needs to know",
                $"Write one of {nameof(DescriptorOptions.ProtoFolder)}, {nameof(DescriptorOptions.DescriptorSet)} and {nameof(DescriptorOptions.ReflectionAddress)}");
        }
    }

    private static void Unused(RuleContext context, string clusterId, string section, string kind) => context.AddError(
        $"{RuleContext.BackendPath(clusterId)}:{section}",
        "the cluster is of another kind, so this is never used",
        $"Take it out, or write \"{BackendKind.Key}\": \"{kind}\" into {RuleContext.ClusterPath(clusterId)}:{nameof(ClusterConfig.Metadata)}");

    private static bool Same(string left, string right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);

    private static void CheckDescriptors(RuleContext context, string clusterId, DescriptorOptions options)
    {
        string[] sources = [options.ProtoFolder ?? "", options.DescriptorSet ?? "", options.ReflectionAddress ?? ""];
        if (sources.Count(source => source.Length > 0) > 1)
        {
            context.AddError(
                RuleContext.DescriptorsPath(clusterId),
                "the messages are described more than once",
                $"Keep one of {nameof(options.ProtoFolder)}, {nameof(options.DescriptorSet)} and {nameof(options.ReflectionAddress)}");
        }
    }
}
