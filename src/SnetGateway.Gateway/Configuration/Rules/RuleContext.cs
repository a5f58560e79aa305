using SnetGateway.Gateway.Backends;
using SnetGateway.Gateway.Configuration.Schema;
using Yarp.ReverseProxy.Configuration;

namespace SnetGateway.Gateway.Configuration.Rules;

/// <summary>
/// What the rules across keys look at. Keys whose own value is an error are unset here, so that every other error is found in the same
/// run; a rule asks <see cref="AddError"/>, which leaves out what only follows from one already listed.
/// </summary>
internal sealed record RuleContext(
    GatewayOptions Options, IReadOnlyList<RouteConfig> Routes, IReadOnlyList<ClusterConfig> Clusters, ErrorList Errors)
{
    /// <summary>Whether programs can be started here. Set by tests; they run on Linux.</summary>
    public bool IsLinux { get; init; } = OperatingSystem.IsLinux();

    public static string ServicePath(string name) => $"{GatewayOptions.Section}:{nameof(GatewayOptions.Services)}:{name}";

    public static string RoutePath(string id) => $"{ProxySchema.Section}:{ProxySchema.Routes}:{id}";

    public static string ClusterPath(string id) => $"{ProxySchema.Section}:{ProxySchema.Clusters}:{id}";

    public static string BackendPath(string clusterId) => $"{BackendOptions.Section}:{nameof(BackendOptions.Clusters)}:{clusterId}";

    public static string DescriptorsPath(string clusterId) => $"{BackendPath(clusterId)}:{nameof(ClusterBackendOptions.Descriptors)}";

    /// <summary>Adds an error unless one is known at that place already.</summary>
    public void AddError(string path, string problem, string remedy)
    {
        if (!Errors.Touches(path))
        {
            Errors.Add(path, problem, remedy);
        }
    }

    /// <summary>"Write one of a, b", or what to do when there is none; names the nearest when it is near.</summary>
    public static string Choose(string wanted, IReadOnlyCollection<string> known, string section) =>
        known.Count == 0 ? $"Configure it in {section}"
        : ClosestMatch.Nearest(wanted, known) is { } near ? $"Write '{near}' if that was meant, or configure it in {section}"
        : $"Write one of {string.Join(", ", known.Take(10))}, or configure it in {section}";
}
