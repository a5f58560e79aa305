using SnetGateway.Gateway.Configuration.Schema;
using SnetGateway.Gateway.PaidCalls;
using Yarp.ReverseProxy.Configuration;

namespace SnetGateway.Gateway.Configuration.Rules;

/// <summary>Paid unless said otherwise (design, rule 21), and no call can mean two routes (rule 22).</summary>
internal static class RouteRules
{
    private const string Services = $"{GatewayOptions.Section}:{nameof(GatewayOptions.Services)}";

    public static void Check(RuleContext context)
    {
        if (context.Routes.Count == 0)
        {
            context.AddError($"{ProxySchema.Section}:{ProxySchema.Routes}", "there is no route, so nothing would be served", "Write at least one");
        }

        foreach (RouteConfig route in context.Routes)
        {
            CheckPayment(context, route);
            CheckCluster(context, route);
            UnsupportedKeyRules.Check(context, route, route.Metadata?.GetValueOrDefault(PaidRoute.ServiceKey));
        }

        CheckAmbiguity(context);
    }

    private static void CheckPayment(RuleContext context, RouteConfig route)
    {
        string metadata = $"{RuleContext.RoutePath(route.RouteId)}:{nameof(route.Metadata)}";
        string? service = route.Metadata?.GetValueOrDefault(PaidRoute.ServiceKey);
        string? payment = route.Metadata?.GetValueOrDefault(PaidRoute.PaymentKey);
        if (payment is not null && payment != PaidRoute.PaymentNone)
        {
            context.AddError(
                $"{metadata}:{PaidRoute.PaymentKey}",
                $"{ErrorList.Quote(payment)} is not '{PaidRoute.PaymentNone}'",
                $"Write '{PaidRoute.PaymentNone}' for a route that is free for everybody, or name a service instead");
        }
        else if (service is not null && payment is not null)
        {
            context.AddError(metadata, "the route names a service and asks no payment", $"Keep one of {PaidRoute.ServiceKey} and {PaidRoute.PaymentKey}");
        }
        else if (service is null && payment is null)
        {
            string? near = route.Metadata?.Keys.FirstOrDefault(key => ClosestMatch.Nearest(key, [PaidRoute.ServiceKey, PaidRoute.PaymentKey]) is not null);
            context.AddError(
                metadata,
                "the route names no service and does not say that it is free" + (near is null ? "" : $" ({ErrorList.Quote(near)} is neither)"),
                $"Write \"{PaidRoute.ServiceKey}\": \"<name>\", or \"{PaidRoute.PaymentKey}\": \"{PaidRoute.PaymentNone}\" to let everybody call it");
        }

        if (service is null)
        {
            return;
        }

        if (!context.Options.Services.TryGetValue(service, out ServiceOptions? options))
        {
            context.AddError(
                $"{metadata}:{PaidRoute.ServiceKey}",
                $"there is no service {ErrorList.Quote(service)}",
                RuleContext.Choose(service, context.Options.Services.Keys, Services));
        }
        else if (options.Hosts.Length > 0 && route.Match?.Hosts is { Count: > 0 })
        {
            context.AddError(
                $"{RuleContext.RoutePath(route.RouteId)}:{nameof(route.Match)}:{nameof(RouteMatch.Hosts)}",
                "hosts are given here and at the service",
                $"Keep them in {RuleContext.ServicePath(service)}:{nameof(options.Hosts)}");
        }
    }

    private static void CheckCluster(RuleContext context, RouteConfig route)
    {
        string path = $"{RuleContext.RoutePath(route.RouteId)}:{nameof(route.ClusterId)}";
        string[] clusters = [.. context.Clusters.Select(c => c.ClusterId)];
        if (string.IsNullOrEmpty(route.ClusterId))
        {
            context.AddError(path, "missing", RuleContext.Choose("", clusters, $"{ProxySchema.Section}:{ProxySchema.Clusters}"));
        }
        else if (!clusters.Contains(route.ClusterId, StringComparer.OrdinalIgnoreCase))
        {
            context.AddError(
                path,
                $"there is no cluster {ErrorList.Quote(route.ClusterId)}",
                RuleContext.Choose(route.ClusterId, clusters, $"{ProxySchema.Section}:{ProxySchema.Clusters}"));
        }
    }

    private static void CheckAmbiguity(RuleContext context)
    {
        // A route whose own match is an error says nothing about what it was meant to take.
        List<RouteReach> reaches = [.. context.Routes
            .Where(route => !context.Errors.Touches($"{RuleContext.RoutePath(route.RouteId)}:{nameof(RouteConfig.Match)}"))
            .Select(route => RouteReach.Of(route, context.Options.Services))];
        for (int i = 0; i < reaches.Count; i++)
        {
            if (OwnMethods.Find(reaches[i]) is { } own)
            {
                context.AddError(
                    $"{RuleContext.RoutePath(reaches[i].RouteId)}:{nameof(RouteConfig.Match)}:{nameof(RouteMatch.Path)}",
                    $"the gateway answers {own} itself",
                    "Take the route out, or give it the path of a service's method");
            }

            for (int j = i + 1; j < reaches.Count; j++)
            {
                if (reaches[i].MeansTheSameAs(reaches[j]))
                {
                    context.AddError(
                        $"{RuleContext.RoutePath(reaches[j].RouteId)}:{nameof(RouteConfig.Match)}",
                        $"the same calls match the route {ErrorList.Quote(reaches[i].RouteId)}, with the same order",
                        "Tell them apart by host (Hosts of their services), by path or by Order");
                }
            }
        }
    }
}
