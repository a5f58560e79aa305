namespace SnetGateway.Gateway.Backends;

/// <summary>The kind of a cluster's services, from the cluster's metadata.</summary>
internal static class BackendKind
{
    public const string Key = "Backend";

    /// <summary>A service that speaks gRPC over HTTP/2. The default.</summary>
    public const string Grpc = "grpc";

    /// <summary>A service that speaks JSON-RPC 2.0 over HTTP.</summary>
    public const string JsonRpc = "jsonrpc";

    /// <summary>A service with a JSON API over HTTP.</summary>
    public const string Http = "http";

    /// <summary>A program that is started for each call.</summary>
    public const string Process = "process";

    /// <summary>All kinds.</summary>
    public static IReadOnlyList<string> All { get; } = [Grpc, JsonRpc, Http, Process];

    public static string Of(IReadOnlyDictionary<string, string>? metadata) => metadata?.GetValueOrDefault(Key) ?? Grpc;
}
