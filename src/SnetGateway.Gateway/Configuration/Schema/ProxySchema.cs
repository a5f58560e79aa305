using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Security.Authentication;
using System.Text;
using SnetGateway.Gateway.Routes;
using SnetGateway.Gateway.Web;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.LoadBalancing;

namespace SnetGateway.Gateway.Configuration.Schema;

/// <summary>
/// The schema of the `ReverseProxy` section, from YARP's own types. The configuration differs from them: ids are the keys of the maps, TLS
/// versions are a list, transforms and metadata are free, and keys that need a middleware which is not here are refused.
/// </summary>
internal static class ProxySchema
{
    public const string Section = "ReverseProxy";

    private const string ServiceTimeout =
        "Remove it, and write SnetGateway:Services:<service>:ServiceTimeout, or HttpRequest:ActivityTimeout at the cluster of a free route";

    /// <summary>Names with texts that YARP itself checks.</summary>
    private static readonly CollectionNode s_texts = new(new ScalarNode(ScalarForm.Text), isList: false, mayBeEmpty: true);

    /// <summary>The range of a timer.</summary>
    private static readonly ScalarForm s_time = ScalarForm.Duration(new RangeAttribute(typeof(TimeSpan), "00:00:00.001", "49.00:00:00"));

    private static readonly ScalarForm s_activity = s_time with
    {
        Description = $"{s_time.Description}, or {Timeout.InfiniteTimeSpan:c} for none",
        Accepts = value => s_time.Accepts(value)
            || (TimeSpan.TryParseExact(value, "c", CultureInfo.InvariantCulture, out TimeSpan time) && time == Timeout.InfiniteTimeSpan),
    };

    private static readonly ScalarNode s_encoding = new(new ScalarForm("the name of an encoding, as utf-8 or latin1", IsEncoding));

    private static readonly OptionSchema s_schema = new(new Dictionary<(Type, string), SchemaNode?>
    {
        [(typeof(RouteConfig), nameof(RouteConfig.RouteId))] = null,
        [(typeof(RouteConfig), nameof(RouteConfig.Transforms))] = new CollectionNode(s_texts, isList: true),
        [(typeof(RouteConfig), nameof(RouteConfig.Metadata))] = s_texts,
        [(typeof(RouteConfig), nameof(RouteConfig.MaxRequestBodySize))] = new ScalarNode(ScalarForm.Integer(
            typeof(long), new RangeAttribute(typeof(long), "-1", long.MaxValue.ToString(CultureInfo.InvariantCulture)))),
        [(typeof(RouteConfig), nameof(RouteConfig.Timeout))] = new RefusedNode("the gateway has no timeouts by route", ServiceTimeout),
        [(typeof(RouteConfig), nameof(RouteConfig.TimeoutPolicy))] = new RefusedNode("the gateway has no timeouts by route", ServiceTimeout),
        [(typeof(RouteConfig), nameof(RouteConfig.AuthorizationPolicy))] = new RefusedNode(
            "the gateway has no users: every caller who pays may call", "Remove it, or write 'anonymous'", harmless: "anonymous"),
        [(typeof(RouteConfig), nameof(RouteConfig.CorsPolicy))] = new RefusedNode(
            "which web pages may call is set for all routes together", $"Remove it, and write the pages' origins into {WebOptions.Section}:{nameof(WebOptions.Origins)}"),
        [(typeof(RouteConfig), nameof(RouteConfig.RateLimiterPolicy))] = new RefusedNode(
            "the gateway does not limit calls by route", "Remove it, and limit calls in the balancer in front"),
        [(typeof(RouteConfig), nameof(RouteConfig.OutputCachePolicy))] = new RefusedNode(
            "responses are not cached: each call is paid for and goes to the service", "Remove it"),
        [(typeof(RouteMatch), nameof(RouteMatch.Path))] = new ScalarNode(
            new ScalarForm("a path that routing can read, as /package.Service/{method} or /{**method}", PathPattern.Accepts)),
        [(typeof(RouteMatch), nameof(RouteMatch.Methods))] = new CollectionNode(Word("GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE", "TRACE"), isList: true),
        [(typeof(ClusterConfig), nameof(ClusterConfig.ClusterId))] = null,
        [(typeof(ClusterConfig), nameof(ClusterConfig.LoadBalancingPolicy))] = Policy(
            LoadBalancingPolicies.FirstAlphabetical, LoadBalancingPolicies.Random, LoadBalancingPolicies.PowerOfTwoChoices,
            LoadBalancingPolicies.RoundRobin, LoadBalancingPolicies.LeastRequests),
        [(typeof(ClusterConfig), nameof(ClusterConfig.Metadata))] = s_texts,
        [(typeof(SessionAffinityConfig), nameof(SessionAffinityConfig.Enabled))] = new RefusedNode(
            "calls of one client are not kept together: no gRPC client keeps a cookie, and none repeats a header that it was given",
            "Remove it",
            harmless: "false"),
        [(typeof(DestinationConfig), nameof(DestinationConfig.Metadata))] = s_texts,
        [(typeof(HttpClientConfig), nameof(HttpClientConfig.SslProtocols))] = new CollectionNode(Word(Enum.GetNames<SslProtocols>()), isList: true),
        [(typeof(HttpClientConfig), nameof(HttpClientConfig.MaxConnectionsPerServer))] = new ScalarNode(ScalarForm.Integer(typeof(int), new RangeAttribute(1, int.MaxValue))),
        [(typeof(HttpClientConfig), nameof(HttpClientConfig.RequestHeaderEncoding))] = s_encoding,
        [(typeof(HttpClientConfig), nameof(HttpClientConfig.ResponseHeaderEncoding))] = s_encoding,
        [(typeof(ForwarderRequestConfig), nameof(ForwarderRequestConfig.Version))] = Word("1.0", "1.1", "2", "2.0", "3", "3.0"),
        [(typeof(ForwarderRequestConfig), nameof(ForwarderRequestConfig.ActivityTimeout))] = new ScalarNode(s_activity),
        [(typeof(HealthCheckConfig), nameof(HealthCheckConfig.AvailableDestinationsPolicy))] = Policy(
            HealthCheckConstants.AvailableDestinations.HealthyAndUnknown, HealthCheckConstants.AvailableDestinations.HealthyOrPanic),
        [(typeof(ActiveHealthCheckConfig), nameof(ActiveHealthCheckConfig.Policy))] = Policy(HealthCheckConstants.ActivePolicy.ConsecutiveFailures),
        [(typeof(ActiveHealthCheckConfig), nameof(ActiveHealthCheckConfig.Interval))] = new ScalarNode(s_time),
        [(typeof(ActiveHealthCheckConfig), nameof(ActiveHealthCheckConfig.Timeout))] = new ScalarNode(s_time),
        [(typeof(PassiveHealthCheckConfig), nameof(PassiveHealthCheckConfig.Policy))] = Policy(HealthCheckConstants.PassivePolicy.TransportFailureRate),
        [(typeof(PassiveHealthCheckConfig), nameof(PassiveHealthCheckConfig.ReactivationPeriod))] = new ScalarNode(s_time),
    });

    public static ObjectNode Node { get; } = new(
    [
        new SchemaProperty("Routes", new CollectionNode(s_schema.For(typeof(RouteConfig)), isList: false)),
        new SchemaProperty("Clusters", new CollectionNode(s_schema.For(typeof(ClusterConfig)), isList: false)),
    ]) { IsLive = true };

    private static ScalarNode Word(params string[] words) => new(ScalarForm.Word(words));

    /// <summary>YARP's policies of one kind; no others can be registered here. An empty text is YARP's default.</summary>
    private static ScalarNode Policy(params string[] names) => new(ScalarForm.Word(names).OrEmpty());

    private static bool IsEncoding(string name)
    {
        try
        {
            return Encoding.GetEncoding(name) is not null;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
