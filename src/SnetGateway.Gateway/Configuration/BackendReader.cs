using SnetGateway.Gateway.Backends;
using SnetGateway.Gateway.Backends.Descriptors;
using SnetGateway.Gateway.Configuration.Rules;

namespace SnetGateway.Gateway.Configuration;

/// <summary>Makes what is known of the clusters' services, and lists what is wrong with the files that they name.</summary>
internal static class BackendReader
{
    public static async ValueTask<ClusterBackends> ReadAsync(RuleContext context, DescriptorLoader descriptors)
    {
        var backends = new List<ClusterBackend>();
        foreach ((string clusterId, ClusterBackendOptions options) in context.Options.Backends.Clusters)
        {
            backends.Add(new ClusterBackend(clusterId, options, await LoadAsync(context, clusterId, options.Descriptors, descriptors)));
        }

        return new ClusterBackends(backends);
    }

    private static async ValueTask<IDescriptorSource?> LoadAsync(
        RuleContext context, string clusterId, DescriptorOptions options, DescriptorLoader descriptors)
    {
        string path = RuleContext.DescriptorsPath(clusterId);
        string key = $"{path}:{(string.IsNullOrEmpty(options.ProtoFolder) ? nameof(options.DescriptorSet) : nameof(options.ProtoFolder))}";
        if (context.Mistakes.Touches(path))
        {
            return null;
        }

        try
        {
            return await descriptors.LoadAsync(options, CancellationToken.None);
        }
        catch (InvalidDataException wrong)
        {
            context.Complain(key, MistakeList.Clean(wrong.Message.TrimEnd('.').ReplaceLineEndings("; ")), "Mend the files, or name others");
        }
        catch (Exception missing) when (missing is IOException or UnauthorizedAccessException)
        {
            context.Complain(key, MistakeList.Clean(missing.Message.TrimEnd('.')), "Name what is there and may be read");
        }

        return null;
    }
}
