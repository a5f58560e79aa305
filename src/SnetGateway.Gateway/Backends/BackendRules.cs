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
        $"Write one of {nameof(DescriptorOptions.ProtoFolder)}, {nameof(DescriptorOptions.DescriptorSet)} and "
        + nameof(DescriptorOptions.ReflectionAddress);

    public static string PathOf(string clusterId) => $"{BackendOptions.Section}:{nameof(BackendOptions.Clusters)}:{clusterId}";

    public static string DescriptorsPathOf(string clusterId) => $"{PathOf(clusterId)}:{nameof(ClusterBackendOptions.Descriptors)}";

    public static void Check(BackendOptions options, IReadOnlyList<ClusterConfig> clusters, ProcessOptions processes, ErrorList errors)
    {
        var known = clusters.ToDictionary(cluster => cluster.ClusterId, StringComparer.OrdinalIgnoreCase);
        foreach (ClusterConfig cluster in clusters)
        {
            CheckIsDescribed(cluster, options.Clusters.GetValueOrDefault(cluster.ClusterId)?.Descriptors, processes, errors);
        }

        foreach ((string clusterId, ClusterBackendOptions backend) in options.Clusters)
        {
            string path = PathOf(clusterId), kind = BackendKind.Of(known.GetValueOrDefault(clusterId)?.Metadata);
            errors.CheckName(path, "cluster", clusterId, known.Keys, ClusterRules.Clusters);
            bool isAmbiguous = SourcesOf(backend.Descriptors) > 1;
            errors.Check(DescriptorsPathOf(clusterId), (isAmbiguous, "the messages are described more than once", OneSource));
            CheckUsed(clusterId, kind, BackendKind.JsonRpc, nameof(backend.JsonRpc), backend.JsonRpc.Methods.Count, errors);
            int keys = backend.Http.Credentials.Count + backend.Http.Methods.Count + backend.Http.Statuses.Count;
            CheckUsed(clusterId, kind, BackendKind.Http, nameof(backend.Http), keys, errors);
            CheckTls($"{path}:{nameof(backend.Tls)}", backend.Tls, known.GetValueOrDefault(clusterId), errors);
            HttpServiceRules.Check($"{path}:{nameof(backend.Http)}", backend.Http, errors);
        }
    }

    /// <summary>A translator cannot work without descriptors.</summary>
    private static void CheckIsDescribed(ClusterConfig cluster, DescriptorOptions? descriptors, ProcessOptions processes, ErrorList errors)
    {
        string kind = BackendKind.Of(cluster.Metadata);
        bool isProgram = kind == BackendKind.Process && ProgramRules.AnyTranslates(processes, cluster);
        string who = isProgram ? "a program whose messages are translated" : $"the kind {kind}";
        errors.Check(DescriptorsPathOf(cluster.ClusterId), (
            (isProgram || kind is BackendKind.JsonRpc or BackendKind.Http) && SourcesOf(descriptors) == 0,
            $"the messages of this cluster's services are not described, and {who} needs that",
            OneSource));
    }

    private static void CheckUsed(string clusterId, string kind, string wanted, string section, int keys, ErrorList errors)
    {
        string remedy = $"Remove it, or write \"{BackendKind.Key}\": \"{wanted}\" into {ClusterRules.Clusters}:{clusterId}:Metadata";
        bool isUnused = keys > 0 && kind != wanted;
        errors.Check($"{PathOf(clusterId)}:{section}", (isUnused, "the cluster is of another kind, so this is never used", remedy));
    }

    private static void CheckTls(string path, ClusterTlsOptions tls, ClusterConfig? cluster, ErrorList errors)
    {
        CertificateRules.Check(path, tls.CertificatePath, tls.KeyPath, errors);
        bool isSet = !string.IsNullOrEmpty(tls.CaPath) || !string.IsNullOrEmpty(tls.CertificatePath);
        bool isUsed = cluster?.Destinations?.Values.Any(
            destination => destination.Address.StartsWith("https:", StringComparison.OrdinalIgnoreCase)) == true;
        errors.Check(path, (
            isSet && cluster is not null && !isUsed,
            "no address of the cluster is https, so this is never used",
            $"Write https:// addresses into {ClusterRules.Clusters}:{cluster?.ClusterId}, or remove it"));
    }

    private static int SourcesOf(DescriptorOptions? options) =>
        new[] { options?.ProtoFolder, options?.DescriptorSet, options?.ReflectionAddress }.Count(source => !string.IsNullOrEmpty(source));
}
