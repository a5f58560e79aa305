using System.Security.Authentication;
using Yarp.ReverseProxy.Configuration;

namespace SnetGateway.Gateway.Configuration.Schema;

/// <summary>
/// The schema of the `ReverseProxy` section, from YARP's own types. Where its configuration differs from them: ids are the keys of the maps,
/// TLS versions are a list, and transforms and metadata are free.
/// </summary>
internal static class ProxySchema
{
    public const string Section = "ReverseProxy";
    public const string Routes = "Routes";
    public const string Clusters = "Clusters";

    private static readonly Dictionary<(Type, string), SchemaNode?> s_exceptions = new()
    {
        [(typeof(RouteConfig), nameof(RouteConfig.RouteId))] = null,
        [(typeof(RouteConfig), nameof(RouteConfig.Transforms))] = new ListNode(new FreeNode()),
        [(typeof(RouteConfig), nameof(RouteConfig.Metadata))] = new FreeNode(),
        [(typeof(RouteMatch), nameof(RouteMatch.Path))] = new ScalarNode(
            new ScalarForm("a path that routing can read, as /package.Service/{method} or /{**method}", PathPattern.Accepts)),
        [(typeof(ClusterConfig), nameof(ClusterConfig.ClusterId))] = null,
        [(typeof(ClusterConfig), nameof(ClusterConfig.Metadata))] = new FreeNode(),
        [(typeof(DestinationConfig), nameof(DestinationConfig.Metadata))] = new FreeNode(),
        [(typeof(HttpClientConfig), nameof(HttpClientConfig.SslProtocols))] = new ListNode(new ScalarNode(ScalarForms.Word(Enum.GetNames<SslProtocols>()))),
    };

    public static ObjectNode Node { get; } = new(
    [
        new SchemaProperty(Routes, new MapNode(OptionSchema.For(typeof(RouteConfig), s_exceptions)), IsRequired: false),
        new SchemaProperty(Clusters, new MapNode(OptionSchema.For(typeof(ClusterConfig), s_exceptions)), IsRequired: false),
    ]);
}
