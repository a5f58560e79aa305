namespace SnetGateway.Gateway.Backends;

/// <summary>What answers a cluster's calls, by the cluster's metadata.</summary>
internal static class BackendKind
{
    public const string Key = "Backend";

    /// <summary>A service that speaks gRPC over HTTP/2. The default.</summary>
    public const string Grpc = "grpc";

    /// <summary>A program that is started for each call.</summary>
    public const string Process = "process";

    /// <summary>All that there are.</summary>
    public static IReadOnlyList<string> All { get; } = [Grpc, Process];

    public static string Of(IReadOnlyDictionary<string, string>? metadata) => metadata?.GetValueOrDefault(Key) ?? Grpc;
}
