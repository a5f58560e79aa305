using SnetGateway.Gateway.Validation;

namespace SnetGateway.Gateway.Heartbeats;

/// <summary>A heartbeat has the keys of its kind, and no others.</summary>
internal static class HeartbeatRules
{
    /// <param name="path">The key of the options.</param>
    /// <param name="options">How the service is checked.</param>
    /// <param name="hasGrpcInstance">Whether an instance of the service speaks gRPC; null where its routes lead nowhere yet.</param>
    /// <param name="errors">Takes what is wrong.</param>
    public static void Check(string path, HeartbeatOptions options, bool? hasGrpcInstance, ErrorList errors)
    {
        string url = $"{path}:{nameof(options.Url)}";
        if (options.Kind == HeartbeatOptions.Http && string.IsNullOrEmpty(options.Url))
        {
            errors.Add(url, "missing", "Write the URL to request, as http://127.0.0.1:7002/health");
        }
        else if (options.Kind != HeartbeatOptions.Http && !string.IsNullOrEmpty(options.Url))
        {
            errors.Add(url, $"only the kind {HeartbeatOptions.Http} uses a URL", $"Remove it, or write {HeartbeatOptions.Http} into Kind");
        }

        if (options.Kind != HeartbeatOptions.Grpc && options.HealthName.Length > 0)
        {
            errors.Add(
                $"{path}:{nameof(options.HealthName)}", $"only the kind {HeartbeatOptions.Grpc} uses a name", $"Remove it, or write {HeartbeatOptions.Grpc} into Kind");
        }

        if (options.Kind == HeartbeatOptions.Grpc && hasGrpcInstance == false)
        {
            errors.Add(
                $"{path}:{nameof(options.Kind)}", "no instance of the service speaks gRPC", $"Write {HeartbeatOptions.Http} and a URL, or {HeartbeatOptions.None}");
        }
    }
}
