using SnetGateway.Gateway.Backends.Descriptors;
using SnetGateway.Gateway.Backends.Http;
using SnetGateway.Gateway.Backends.Processes;
using SnetGateway.Gateway.Validation;
using Yarp.ReverseProxy.Configuration;

namespace SnetGateway.Gateway.Backends;

/// <summary>
/// `SnetGateway:Backends:Clusters` describes clusters that exist, by the keys of their kind, and each message type in one way.
/// </summary>
internal static class BackendRules
{
    private const string OneSource =
        $"{nameof(DescriptorOptions.ProtoFolder)}, {nameof(DescriptorOptions.DescriptorSet)} and {nameof(DescriptorOptions.ReflectionAddress)}";

    public static string PathOf(string clusterId) => $"{BackendOptions.Section}:{nameof(BackendOptions.Clusters)}:{clusterId}";

    public static string DescriptorsPathOf(string clusterId) => $"{PathOf(clusterId)}:{nameof(ClusterBackendOptions.Descriptors)}";

    public static void Check(BackendOptions options, IReadOnlyList<ClusterConfig> clusters, ProcessOptions processes, ErrorList errors)
    {
        foreach (ClusterConfig cluster in clusters)
        {
            CheckIsDescribed(errors, cluster, options.Clusters.GetValueOrDefault(cluster.ClusterId)?.Descriptors, processes);
        }

        string[] known = [.. clusters.Select(cluster => cluster.ClusterId)];
        foreach ((string clusterId, ClusterBackendOptions backend) in options.Clusters)
        {
            ClusterConfig? cluster = clusters.FirstOrDefault(cluster => string.Equals(cluster.ClusterId, clusterId, StringComparison.OrdinalIgnoreCase));
            errors.AddIf(
                cluster is null,
                PathOf(clusterId),
                $"there is no cluster {ErrorList.Quote(clusterId)}",
                ClosestMatch.Choose(clusterId, known, ClusterRules.Clusters));
            errors.AddIf(
                SourcesOf(backend.Descriptors) > 1,
                DescriptorsPathOf(clusterId),
                "the messages are described more than once",
                $"Keep one of {OneSource}");

            string kind = BackendKind.Of(cluster?.Metadata);
            if (kind != BackendKind.JsonRpc && backend.JsonRpc.Methods.Count > 0)
            {
                AddUnused(errors, clusterId, nameof(backend.JsonRpc), BackendKind.JsonRpc);
            }

            if (kind == BackendKind.Http)
            {
                HttpServiceRules.Check($"{PathOf(clusterId)}:{nameof(backend.Http)}", backend.Http, errors);
            }
            else if (backend.Http.Credentials.Count + backend.Http.Methods.Count + backend.Http.Statuses.Count > 0)
            {
                AddUnused(errors, clusterId, nameof(backend.Http), BackendKind.Http);
            }
        }
    }

    /// <summary>A translator cannot work without descriptors.</summary>
    private static void CheckIsDescribed(ErrorList errors, ClusterConfig cluster, DescriptorOptions? descriptors, ProcessOptions processes)
    {
        string kind = BackendKind.Of(cluster.Metadata);
        bool isProgram = kind == BackendKind.Process && ProgramRules.AnyTranslates(processes, cluster);
        errors.AddIf(
            (isProgram || kind is BackendKind.JsonRpc or BackendKind.Http) && SourcesOf(descriptors) == 0,
            DescriptorsPathOf(cluster.ClusterId),
            $"the messages of this cluster's services are not described, and {(isProgram ? "a program whose messages are translated" : "the kind " + kind)} needs that",
            $"Write one of {OneSource}");
    }

    private static int SourcesOf(DescriptorOptions? options) =>
        new[] { options?.ProtoFolder, options?.DescriptorSet, options?.ReflectionAddress }.Count(source => !string.IsNullOrEmpty(source));

    private static void AddUnused(ErrorList errors, string clusterId, string section, string kind) => errors.Add(
        $"{PathOf(clusterId)}:{section}",
        "the cluster is of another kind, so this is never used",
        $"Remove it, or write \"{BackendKind.Key}\": \"{kind}\" into {ClusterRules.Clusters}:{clusterId}:{nameof(ClusterConfig.Metadata)}");
}
