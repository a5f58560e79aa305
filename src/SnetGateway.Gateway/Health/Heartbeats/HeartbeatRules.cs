using SnetGateway.Gateway.Validation;

namespace SnetGateway.Gateway.Health.Heartbeats;

/// <summary>A heartbeat has the keys of its kind, and no others.</summary>
internal static class HeartbeatRules
{
    /// <param name="path">The key of the options.</param>
    /// <param name="options">How the service is checked.</param>
    /// <param name="hasGrpcInstance">Whether an instance of the service speaks gRPC; null where it has no routes.</param>
    /// <param name="errors">Takes the errors.</param>
    public static void Check(string path, HeartbeatOptions options, bool? hasGrpcInstance, ErrorList errors)
    {
        const string Http = HeartbeatOptions.Http, Grpc = HeartbeatOptions.Grpc;
        string kind = options.Kind, url = $"{path}:{nameof(options.Url)}";
        bool hasUrl = !string.IsNullOrEmpty(options.Url), hasName = options.HealthName.Length > 0;
        errors.AddIf(kind == Http && !hasUrl, url, "missing", "Write the URL to request, as http://127.0.0.1:7002/health");
        errors.AddIf(kind != Http && hasUrl, url, $"only the kind {Http} uses a URL", $"Remove it, or write {Http} into Kind");
        errors.AddIf(
            kind != Grpc && hasName,
            $"{path}:{nameof(options.HealthName)}",
            $"only the kind {Grpc} uses a name",
            $"Remove it, or write {Grpc} into Kind");
        errors.AddIf(
            kind == Grpc && hasGrpcInstance == false,
            $"{path}:{nameof(options.Kind)}",
            "no instance of the service speaks gRPC",
            $"Write {Http} and a URL, or {HeartbeatOptions.None}");
    }
}
