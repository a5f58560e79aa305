namespace SnetGateway.Gateway.Backends;

/// <summary>What answers a cluster's calls, by the cluster's metadata.</summary>
internal static class BackendKind
{
    public const string Key = "Backend";

    /// <summary>A service that speaks gRPC over HTTP/2. The default.</summary>
    public const string Grpc = "grpc";

    /// <summary>All that there are.</summary>
    public static IReadOnlyList<string> All { get; } = [Grpc];

    public static string Of(IReadOnlyDictionary<string, string>? metadata) => metadata?.GetValueOrDefault(Key) ?? Grpc;
}
