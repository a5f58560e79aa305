using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Security.Authentication;
using System.Text;
using SnetGateway.Gateway.Backends;
using SnetGateway.Gateway.Instances;
using SnetGateway.Gateway.PaidCalls;
using SnetGateway.Gateway.Routes;
using SnetGateway.Gateway.Validation;
using SnetGateway.Gateway.Web;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.LoadBalancing;

namespace SnetGateway.Gateway.Configuration.Schema;

/// <summary>
/// The schema of the `ReverseProxy` section, from YARP's own types. The configuration differs from them: ids are the keys of the maps, TLS
/// versions are a list, transforms and metadata are free but for the gateway's own metadata, and keys that need a middleware which is not
/// here are refused.
/// </summary>
internal static class ProxySchema
{
    public const string Section = "ReverseProxy";

    /// <summary>Names with texts that YARP itself checks.</summary>
    private static readonly CollectionNode s_texts = new(ScalarNode.Text, IsList: false) { MayBeEmpty = true };

    /// <summary>The range of a timer.</summary>
    private static readonly ScalarNode s_time = ScalarNode.Duration(new RangeAttribute(typeof(TimeSpan), "00:00:00.001", "49.00:00:00"));

    private static readonly ScalarNode s_activity = s_time with
    {
        Description = $"{s_time.Description}, or {Timeout.InfiniteTimeSpan:c} for none",
        Accepts = value => s_time.Accepts(value) || value.TrimEnd('0') == "-00:00:00.001",
    };

    private static readonly ScalarNode s_free = ScalarNode.Word([PaidRoute.PaymentNone], StringComparison.Ordinal) with
    {
        Advice = _ => $"Write '{PaidRoute.PaymentNone}' for a route that everybody may call without payment, or name a service instead",
    };

    private static readonly RefusedNode s_timeout = new(
        "the gateway has no timeouts by route",
        "Remove it, and write SnetGateway:Services:<service>:ServiceTimeout, or HttpRequest:ActivityTimeout at a free route's cluster");

    public static ObjectNode Node { get; } = new(
    [
        new("Routes", new CollectionNode(new OptionSchema(Decide).For(typeof(RouteConfig)), IsList: false)),
        new("Clusters", new CollectionNode(new OptionSchema(Decide).For(typeof(ClusterConfig)), IsList: false)),
    ]) { IsLive = true };

    private static SchemaNode? Decide(PropertyInfo property, SchemaNode node) => (property.DeclaringType!.Name, property.Name) switch
    {
        (_, nameof(RouteConfig.RouteId)) or (nameof(ClusterConfig), nameof(ClusterConfig.ClusterId)) => null,
        (_, nameof(RouteConfig.MaxRequestBodySize)) => ScalarNode.Integer<long>(new RangeAttribute(-1, long.MaxValue)),
        (_, nameof(RouteConfig.TimeoutPolicy)) or (nameof(RouteConfig), nameof(RouteConfig.Timeout)) => s_timeout,
        (_, nameof(RouteConfig.AuthorizationPolicy)) => new RefusedNode(
            "the gateway has no users: every caller who pays may call", "Remove it, or write 'anonymous'", Harmless: "anonymous"),
        (_, nameof(RouteConfig.CorsPolicy)) => new RefusedNode(
            "which web pages may call is set for all routes together",
            $"Remove it, and write the pages' origins into {WebOptions.Section}:{nameof(WebOptions.Origins)}"),
        (_, nameof(RouteConfig.RateLimiterPolicy)) => new RefusedNode(
            "the gateway does not limit calls by route", "Remove it, and limit calls in the balancer in front"),
        (_, nameof(RouteConfig.OutputCachePolicy)) => new RefusedNode(
            "responses are not cached: each call is paid for and goes to the service", "Remove it"),
        (_, nameof(RouteConfig.Transforms)) => new CollectionNode(s_texts, IsList: true) { IsSecret = true },
        (nameof(RouteConfig), nameof(RouteConfig.Metadata)) => s_texts with
        {
            Known = [new(PaidRoute.PaymentKey, s_free), new(PaidRoute.PriceKey, ValueForms.Get("cogs"))],
        },
        (nameof(RouteMatch), nameof(RouteMatch.Path)) => new ScalarNode(
            "a path that routing can read, as /package.Service/{method} or /{**method}", PathPattern.Accepts),
        (_, nameof(RouteMatch.Methods)) => new CollectionNode(
            ScalarNode.Word(["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE", "TRACE"]), IsList: true),
        (nameof(ClusterConfig), nameof(ClusterConfig.Metadata)) => s_texts with
        {
            Known =
            [
                new(BackendKind.Key, ScalarNode.Word(BackendKind.All, StringComparison.Ordinal)),
                new(BackendHandlerFactory.PingKey, ScalarNode.Duration(new RangeAttribute(typeof(TimeSpan), "00:00:01", "01:00:00"))),
            ],
        },
        (_, nameof(ClusterConfig.LoadBalancingPolicy)) => Policy(typeof(LoadBalancingPolicies), WeightedPolicy.PolicyName),
        (nameof(SessionAffinityConfig), nameof(SessionAffinityConfig.Enabled)) => new RefusedNode(
            "calls of one client are not kept together: no gRPC client keeps a cookie, and none repeats a header that it was given",
            "Remove it",
            Harmless: "false"),
        (_, nameof(DestinationConfig.Metadata)) => s_texts with
        {
            Known = [new(WeightedPolicy.WeightKey, ScalarNode.Integer<int>(new RangeAttribute(0, WeightedPolicy.MaxWeight)))],
        },
        (_, nameof(HttpClientConfig.SslProtocols)) => new CollectionNode(ScalarNode.Word(Enum.GetNames<SslProtocols>()), IsList: true),
        (_, nameof(HttpClientConfig.MaxConnectionsPerServer)) => ScalarNode.Integer<int>(new RangeAttribute(1, int.MaxValue)),
        (_, nameof(HttpClientConfig.RequestHeaderEncoding) or nameof(HttpClientConfig.ResponseHeaderEncoding)) =>
            new ScalarNode(
            "the name of an encoding, as utf-8 or latin1", name => Attempt.Succeeds(() => Encoding.GetEncoding(name))),
        (_, nameof(ForwarderRequestConfig.Version)) => ScalarNode.Word(["1.0", "1.1", "2", "2.0", "3", "3.0"]),
        (_, nameof(ForwarderRequestConfig.ActivityTimeout)) => s_activity,
        (_, nameof(HealthCheckConfig.AvailableDestinationsPolicy)) => Policy(typeof(HealthCheckConstants.AvailableDestinations)),
        (nameof(ActiveHealthCheckConfig), nameof(ActiveHealthCheckConfig.Policy)) => Policy(typeof(HealthCheckConstants.ActivePolicy)),
        (_, nameof(ActiveHealthCheckConfig.Query)) => ScalarNode.Pattern("a query that starts with '?', as ?level=ready", @"(\?.*)?")
            with { IsSecret = true, MayHoldSecret = true },
        (nameof(PassiveHealthCheckConfig), nameof(PassiveHealthCheckConfig.Policy)) => Policy(typeof(HealthCheckConstants.PassivePolicy)),
        _ => property.PropertyType == typeof(TimeSpan?) ? s_time : node,
    };

    /// <summary>YARP's policies of one kind, by the class that names them, and the gateway's own. Empty is YARP's default.</summary>
    private static ScalarNode Policy(Type names, params string[] own) => ScalarNode.Word(
        [
            .. names.GetFields().Select(field => field.Name), .. names.GetProperties().Select(property => property.Name), .. own,
        ]).OrEmpty();
}
