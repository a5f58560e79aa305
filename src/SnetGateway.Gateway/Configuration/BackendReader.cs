using SnetGateway.Gateway.Backends;
using SnetGateway.Gateway.Backends.Descriptors;
using SnetGateway.Gateway.Configuration.Rules;
using SnetGateway.ProtoJson;

namespace SnetGateway.Gateway.Configuration;

/// <summary>Makes what is known of the clusters' services, and lists what is wrong with the files that they name.</summary>
internal static class BackendReader
{
    public static async ValueTask<ClusterBackends> ReadAsync(RuleContext context, DescriptorLoader descriptors)
    {
        var backends = new List<ClusterBackend>();
        foreach ((string clusterId, ClusterBackendOptions options) in context.Options.Backends.Clusters)
        {
            IDescriptorSource? source = await LoadAsync(context, clusterId, options.Descriptors, descriptors);
            backends.Add(new ClusterBackend(clusterId, options, source));
            if (source?.Known is { } schema)
            {
                CheckMethods(context, $"{RuleContext.BackendPath(clusterId)}:{nameof(options.JsonRpc)}:{nameof(options.JsonRpc.Methods)}", options.JsonRpc.Methods.Keys, schema);
                CheckMethods(context, $"{RuleContext.BackendPath(clusterId)}:{nameof(options.Http)}:{nameof(options.Http.Methods)}", options.Http.Methods.Keys, schema);
            }
        }

        return new ClusterBackends(backends);
    }

    /// <summary>A method that is named and not there is a slip of the pen.</summary>
    private static void CheckMethods(RuleContext context, string path, IEnumerable<string> methods, ProtoSchema schema)
    {
        string[] known = [.. schema.Methods.Select(method => method.Path).Order(StringComparer.Ordinal)];
        foreach (string method in methods.Where(method => schema.FindMethod(method) is null))
        {
            context.AddError($"{path}:{method}", "no service of this cluster has such a method", RuleContext.Choose(method, known, "the .proto files"));
        }
    }

    private static async ValueTask<IDescriptorSource?> LoadAsync(
        RuleContext context, string clusterId, DescriptorOptions options, DescriptorLoader descriptors)
    {
        string path = RuleContext.DescriptorsPath(clusterId);
        string key = $"{path}:{(string.IsNullOrEmpty(options.ProtoFolder) ? nameof(options.DescriptorSet) : nameof(options.ProtoFolder))}";
        if (context.Errors.Touches(path))
        {
            return null;
        }

        try
        {
            return await descriptors.LoadAsync(options, CancellationToken.None);
        }
        catch (InvalidDataException wrong)
        {
            context.AddError(key, ErrorList.Clean(wrong.Message.TrimEnd('.').ReplaceLineEndings("; ")), "Mend the files, or name others");
        }
        catch (Exception missing) when (missing is IOException or UnauthorizedAccessException)
        {
            context.AddError(key, ErrorList.Clean(missing.Message.TrimEnd('.')), "Name what is there and may be read");
        }

        return null;
    }
}
