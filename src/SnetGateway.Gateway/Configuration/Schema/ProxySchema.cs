using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Security.Authentication;
using System.Text;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.LoadBalancing;

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

    /// <summary>What a timer can wait for.</summary>
    private static readonly ScalarForm s_time = ScalarForms.For(typeof(TimeSpan), [new RangeAttribute(typeof(TimeSpan), "00:00:00.001", "49.00:00:00")])!;

    private static readonly ScalarForm s_activity = s_time with
    {
        Description = $"{s_time.Description}, or {Timeout.InfiniteTimeSpan:c} for none",
        Accepts = value => s_time.Accepts(value)
            || (TimeSpan.TryParseExact(value, "c", CultureInfo.InvariantCulture, out TimeSpan time) && time == Timeout.InfiniteTimeSpan),
    };

    private static readonly ScalarForm s_encoding = new("the name of an encoding, as utf-8 or latin1", IsEncoding);

    private static readonly Dictionary<(Type, string), SchemaNode?> s_exceptions = new()
    {
        [(typeof(RouteConfig), nameof(RouteConfig.RouteId))] = null,
        [(typeof(RouteConfig), nameof(RouteConfig.Transforms))] = new ListNode(MapNode.Texts),
        [(typeof(RouteConfig), nameof(RouteConfig.Metadata))] = MapNode.Texts,
        [(typeof(RouteMatch), nameof(RouteMatch.Path))] = new ScalarNode(
            new ScalarForm("a path that routing can read, as /package.Service/{method} or /{**method}", PathPattern.Accepts)),
        [(typeof(RouteMatch), nameof(RouteMatch.Methods))] = new ListNode(Word("GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE", "TRACE")),
        [(typeof(RouteConfig), nameof(RouteConfig.MaxRequestBodySize))] = Of<long>(new RangeAttribute(typeof(long), "-1", long.MaxValue.ToString(CultureInfo.InvariantCulture))),
        [(typeof(ClusterConfig), nameof(ClusterConfig.ClusterId))] = null,
        [(typeof(ClusterConfig), nameof(ClusterConfig.LoadBalancingPolicy))] = Policy(
            LoadBalancingPolicies.FirstAlphabetical, LoadBalancingPolicies.Random, LoadBalancingPolicies.PowerOfTwoChoices,
            LoadBalancingPolicies.RoundRobin, LoadBalancingPolicies.LeastRequests),
        [(typeof(ClusterConfig), nameof(ClusterConfig.Metadata))] = MapNode.Texts,
        [(typeof(DestinationConfig), nameof(DestinationConfig.Metadata))] = MapNode.Texts,
        [(typeof(HttpClientConfig), nameof(HttpClientConfig.SslProtocols))] = new ListNode(new ScalarNode(ScalarForms.Word(Enum.GetNames<SslProtocols>()))),
        [(typeof(HttpClientConfig), nameof(HttpClientConfig.MaxConnectionsPerServer))] = Of<int>(new RangeAttribute(1, int.MaxValue)),
        [(typeof(HttpClientConfig), nameof(HttpClientConfig.RequestHeaderEncoding))] = new ScalarNode(s_encoding),
        [(typeof(HttpClientConfig), nameof(HttpClientConfig.ResponseHeaderEncoding))] = new ScalarNode(s_encoding),
        [(typeof(ForwarderRequestConfig), nameof(ForwarderRequestConfig.Version))] = Word("1.0", "1.1", "2", "2.0", "3", "3.0"),
        [(typeof(ForwarderRequestConfig), nameof(ForwarderRequestConfig.ActivityTimeout))] = new ScalarNode(s_activity),
        [(typeof(HealthCheckConfig), nameof(HealthCheckConfig.AvailableDestinationsPolicy))] = Policy(
            HealthCheckConstants.AvailableDestinations.HealthyAndUnknown, HealthCheckConstants.AvailableDestinations.HealthyOrPanic),
        [(typeof(ActiveHealthCheckConfig), nameof(ActiveHealthCheckConfig.Policy))] = Policy(HealthCheckConstants.ActivePolicy.ConsecutiveFailures),
        [(typeof(ActiveHealthCheckConfig), nameof(ActiveHealthCheckConfig.Interval))] = new ScalarNode(s_time),
        [(typeof(ActiveHealthCheckConfig), nameof(ActiveHealthCheckConfig.Timeout))] = new ScalarNode(s_time),
        [(typeof(PassiveHealthCheckConfig), nameof(PassiveHealthCheckConfig.Policy))] = Policy(HealthCheckConstants.PassivePolicy.TransportFailureRate),
        [(typeof(PassiveHealthCheckConfig), nameof(PassiveHealthCheckConfig.ReactivationPeriod))] = new ScalarNode(s_time),
    };

    public static ObjectNode Node { get; } = new(
    [
        new SchemaProperty(Routes, new MapNode(OptionSchema.For(typeof(RouteConfig), s_exceptions)), IsRequired: false),
        new SchemaProperty(Clusters, new MapNode(OptionSchema.For(typeof(ClusterConfig), s_exceptions)), IsRequired: false),
    ]);

    private static ScalarNode Of<T>(RangeAttribute range) => new(ScalarForms.For(typeof(T), [range])!);

    private static ScalarNode Word(params string[] words) => new(ScalarForms.Word(words));

    /// <summary>The names that YARP has for a choice, which are all there are here. An empty one is YARP's default.</summary>
    private static ScalarNode Policy(params string[] names)
    {
        ScalarForm form = ScalarForms.Word(names);
        return new ScalarNode(form with { Accepts = value => value.Length == 0 || form.Accepts(value) });
    }

    private static bool IsEncoding(string name)
    {
        try
        {
            _ = Encoding.GetEncoding(name);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
