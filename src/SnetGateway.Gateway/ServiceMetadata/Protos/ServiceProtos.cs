namespace SnetGateway.Gateway.ServiceMetadata.Protos;

/// <summary>
/// The archive of a service whose calls are translated, or whose users train models, and the clusters that need its descriptors. The
/// archive of any other gRPC service is not read, so that the service is served also where it is not valid.
/// </summary>
/// <param name="Field">The field of the archive's URI, for errors.</param>
/// <param name="Uri">The URI.</param>
/// <param name="Keys">The keys that get the folder.</param>
internal sealed record ServiceProtos(DocumentField Field, string Uri, IReadOnlyList<string> Keys)
{
    private const string Routes = "ReverseProxy:Routes", Clusters = "ReverseProxy:Clusters", Backends = "SnetGateway:Backends:Clusters";

    /// <summary>The archive of a service; null where no cluster of it needs descriptors that the operator has not configured.</summary>
    public static ServiceProtos? Of(RegisteredService service, DocumentField document, WrittenKeys written)
    {
        DocumentField? field = document.FindFilled("service_api_source") ?? document.FindFilled("model_ipfs_hash");
        if (field?.Text() is not { } uri)
        {
            return null;
        }

        bool hasTraining = written.Find($"{service.Path}:Training:Address") is not null;
        string[] clusters =
        [
            .. written.Below(Routes)
                .Where(route => written.Find($"{Routes}:{route}:Metadata:Service") == service.Name)
                .Select(route => written.Find($"{Routes}:{route}:ClusterId")).OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase)
                .Where(cluster => (hasTraining || IsTranslated(cluster, written)) && !written.Has($"{Backends}:{cluster}:Descriptors")),
        ];
        return clusters.Length > 0
            ? new ServiceProtos(field, uri, [.. clusters.Select(cluster => $"{Backends}:{cluster}:Descriptors:ProtoFolder")])
            : null;
    }

    private static bool IsTranslated(string cluster, WrittenKeys written) =>
        written.Find($"{Clusters}:{cluster}:Metadata:Backend") is { } backend
        && !backend.Equals("grpc", StringComparison.OrdinalIgnoreCase);
}
