using SnetGateway.Gateway.Backends.Descriptors;
using SnetGateway.Gateway.Backends.Processes;
using SnetGateway.Gateway.Validation;
using SnetGateway.ProtoJson;
using Yarp.ReverseProxy.Configuration;

namespace SnetGateway.Gateway.Backends;

/// <summary>
/// Loads the descriptors of the clusters' services, and reports errors of the files and methods that the configuration names.
/// </summary>
internal static class BackendReader
{
    public static async ValueTask<ClusterBackends> ReadAsync(
        BackendOptions options, IReadOnlyList<ClusterConfig> clusters, ProcessOptions processes, DescriptorLoader descriptors,
        ErrorList errors)
    {
        var backends = new List<ClusterBackend>();
        var unread = new HashSet<string>(StringComparer.Ordinal);
        foreach ((string clusterId, ClusterBackendOptions backend) in options.Clusters)
        {
            IDescriptorSource? source =
                await LoadAsync(BackendRules.DescriptorsPathOf(clusterId), backend.Descriptors, descriptors, unread, errors);
            backends.Add(new ClusterBackend(clusterId, backend, source));
            if (source?.Known is { } schema)
            {
                string path = BackendRules.PathOf(clusterId);
                CheckMethods(
                    errors, $"{path}:{nameof(backend.JsonRpc)}:{nameof(backend.JsonRpc.Methods)}", backend.JsonRpc.Methods.Keys, schema);
                CheckMethods(errors, $"{path}:{nameof(backend.Http)}:{nameof(backend.Http.Methods)}", backend.Http.Methods.Keys, schema);
                foreach (ClusterConfig cluster in clusters
                    .Where(cluster => string.Equals(cluster.ClusterId, clusterId, StringComparison.OrdinalIgnoreCase)))
                {
                    ProgramRules.CheckDescriptors(processes, cluster, schema, errors);
                }
            }
        }

        return new ClusterBackends(backends);
    }

    /// <summary>Configured methods exist in the descriptors.</summary>
    public static void CheckMethods(ErrorList errors, string path, IEnumerable<string> methods, ProtoSchema schema)
    {
        string[] known = [.. schema.Methods.Select(method => method.Path).Order(StringComparer.Ordinal)];
        foreach (string method in methods.Where(method => schema.FindMethod(method) is null))
        {
            errors.Add(
                $"{path}:{method}", "no service of this cluster has such a method", ClosestMatch.Choose(method, known, "the .proto files"));
        }
    }

    /// <param name="path">The descriptors' path in the configuration.</param>
    /// <param name="options">Where they are.</param>
    /// <param name="descriptors">Loads them.</param>
    /// <param name="unread">Files and folders with an error, which is reported once, however many clusters use them.</param>
    /// <param name="errors">Gets the error.</param>
    private static async ValueTask<IDescriptorSource?> LoadAsync(
        string path, DescriptorOptions options, DescriptorLoader descriptors, HashSet<string> unread, ErrorList errors)
    {
        (string key, string? place) = string.IsNullOrEmpty(options.ProtoFolder)
            ? (nameof(options.DescriptorSet), options.DescriptorSet)
            : (nameof(options.ProtoFolder), options.ProtoFolder);
        if (errors.Touches(path) || (place is not null && unread.Contains(place)))
        {
            return null;
        }

        try
        {
            return await descriptors.LoadAsync(options, CancellationToken.None);
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            unread.Add(place ?? "");
            errors.Add(
                $"{path}:{key}",
                ErrorList.Clean(e.Message.TrimEnd('.').ReplaceLineEndings("; ")),
                e is InvalidDataException ? "Correct the files, or name others" : "Name an existing path that the gateway's user may read");
            return null;
        }
    }
}
