using SnetGateway.Gateway.Web;
using Yarp.ReverseProxy.Configuration;

namespace SnetGateway.Gateway.Configuration.Rules;

/// <summary>
/// Keys of a YARP route that ask something of a middleware which is not here. Some would end every call of the route with an error, the others
/// would be without effect, and nobody would notice that what was asked for is missing.
/// </summary>
internal static class UnsupportedKeyRules
{
    public static void Check(RuleContext context, RouteConfig route, string? service)
    {
        const string NoTimeouts = "the gateway has no timeouts by route";
        string bound = service is null
            ? $"Take it out, and write {nameof(ClusterConfig.HttpRequest)}:ActivityTimeout at the cluster"
            : $"Take it out, and write {RuleContext.ServicePath(service)}:{nameof(ServiceOptions.ServiceTimeout)}";
        Refuse(context, route, nameof(route.Timeout), route.Timeout?.ToString(), NoTimeouts, bound);
        Refuse(context, route, nameof(route.TimeoutPolicy), route.TimeoutPolicy, NoTimeouts, bound);
        if (!string.Equals(route.AuthorizationPolicy, "anonymous", StringComparison.OrdinalIgnoreCase))
        {
            Refuse(
                context, route, nameof(route.AuthorizationPolicy), route.AuthorizationPolicy,
                "the gateway knows no users: who pays is let in", "Take it out, or write 'anonymous'");
        }

        Refuse(
            context, route, nameof(route.CorsPolicy), route.CorsPolicy,
            "which pages may call is said for all routes at once", $"Take it out, and write the pages' origins into {WebOptions.Section}:{nameof(WebOptions.Origins)}");
        Refuse(
            context, route, nameof(route.RateLimiterPolicy), route.RateLimiterPolicy,
            "the gateway does not limit calls by route, so it would be without effect", "Take it out, and limit calls in the balancer in front");
        Refuse(
            context, route, nameof(route.OutputCachePolicy), route.OutputCachePolicy,
            "responses are not cached: each call is paid for and goes to the service", "Remove the key");
    }

    private static void Refuse(RuleContext context, RouteConfig route, string key, string? value, string problem, string remedy)
    {
        if (!string.IsNullOrEmpty(value))
        {
            context.AddError($"{RuleContext.RoutePath(route.RouteId)}:{key}", problem, remedy);
        }
    }
}
