using System.Reflection;
using Xunit;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace SnetGateway.Tests.Gateway.Configuration;

/// <summary>
/// The schema of the `ReverseProxy` section follows YARP's types, so a newer YARP brings its new keys with it. Each has to be decided on:
/// it works here, or check-config refuses it.
/// </summary>
public sealed class ProxyKeysTests
{
    [Theory]
    [InlineData(typeof(RouteConfig), "AuthorizationPolicy ClusterId CorsPolicy Match MaxRequestBodySize Metadata Order OutputCachePolicy "
        + "RateLimiterPolicy RouteId Timeout TimeoutPolicy Transforms")]
    [InlineData(typeof(RouteMatch), "Headers Hosts Methods Path QueryParameters")]
    [InlineData(
        typeof(ClusterConfig), "ClusterId Destinations HealthCheck HttpClient HttpRequest LoadBalancingPolicy Metadata SessionAffinity")]
    [InlineData(typeof(DestinationConfig), "Address Health Host Metadata")]
    [InlineData(typeof(HealthCheckConfig), "Active AvailableDestinationsPolicy Passive")]
    [InlineData(typeof(ActiveHealthCheckConfig), "Enabled Interval Path Policy Query Timeout")]
    [InlineData(typeof(PassiveHealthCheckConfig), "Enabled Policy ReactivationPeriod")]
    [InlineData(typeof(HttpClientConfig), "DangerousAcceptAnyServerCertificate EnableMultipleHttp2Connections MaxConnectionsPerServer "
        + "RequestHeaderEncoding ResponseHeaderEncoding SslProtocols WebProxy")]
    [InlineData(typeof(ForwarderRequestConfig), "ActivityTimeout AllowResponseBuffering Version VersionPolicy")]
    public void YarpsKeys_AreThoseThatWereDecidedOn(Type type, string keys) =>
        Assert.Equal(keys.Split(' '), type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Select(property => property.Name)
            .Order(StringComparer.Ordinal));
}
