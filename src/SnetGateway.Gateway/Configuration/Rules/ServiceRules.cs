using SnetGateway.Gateway.Backends;
using SnetGateway.Gateway.Heartbeats;

namespace SnetGateway.Gateway.Configuration.Rules;

/// <summary>A service names who is paid, and its price fits its model.</summary>
internal static class ServiceRules
{
    private const string Groups = $"{GatewayOptions.Section}:{nameof(GatewayOptions.Groups)}";

    public static void Check(RuleContext context)
    {
        foreach ((string name, ServiceOptions service) in context.Options.Services)
        {
            string path = RuleContext.ServicePath(name);
            if (service.Group.Length > 0 && !context.Options.Groups.ContainsKey(service.Group))
            {
                context.AddError(
                    $"{path}:{nameof(service.Group)}",
                    $"there is no group {ErrorList.Quote(service.Group)}",
                    RuleContext.Choose(service.Group, context.Options.Groups.Keys, Groups));
            }

            CheckHeartbeat(context, $"{path}:{nameof(service.Heartbeat)}", name, service.Heartbeat);
            CheckPrice(context, $"{path}:{nameof(service.Price)}", service.Price);
        }
    }

    /// <summary>The gRPC health service can only be asked of instances that speak gRPC.</summary>
    private static void CheckHeartbeat(RuleContext context, string path, string name, HeartbeatOptions heartbeat)
    {
        if (heartbeat.Kind != HeartbeatOptions.Grpc)
        {
            return;
        }

        string[] clusters = HeartbeatReader.ClustersOf(name, context.Routes);
        bool hasGrpc = context.Clusters.Any(cluster =>
            clusters.Contains(cluster.ClusterId, StringComparer.OrdinalIgnoreCase) && BackendKind.Of(cluster.Metadata) == BackendKind.Grpc);
        if (clusters.Length > 0 && !hasGrpc)
        {
            context.AddError(
                $"{path}:{nameof(heartbeat.Kind)}", "no instance of the service speaks gRPC", $"Write {HeartbeatOptions.Http} and a URL, or {HeartbeatOptions.None}");
        }
    }

    private static void CheckPrice(RuleContext context, string path, PriceOptions price)
    {
        string cogs = $"{path}:{nameof(price.Cogs)}", methods = $"{path}:{nameof(price.Methods)}";
        bool perMethod = price.Model == PriceOptions.FixedPerMethod;
        bool hasCogs = !string.IsNullOrEmpty(price.Cogs), hasMethods = price.Methods.Count > 0;
        if (perMethod && hasCogs)
        {
            context.AddError(cogs, "prices are per method, so this price is never asked", $"Take it out, or set Model to {PriceOptions.Fixed}");
        }
        else if (perMethod && !hasMethods)
        {
            context.AddError(methods, "no method has a price, so none could be called", "Write the price of each method by its path");
        }
        else if (!perMethod && hasMethods)
        {
            context.AddError(methods, "the price is fixed, so these are never asked", $"Take them out, or set Model to {PriceOptions.FixedPerMethod}");
        }
        else if (!perMethod && !hasCogs)
        {
            context.AddError(cogs, "a fixed price is missing", "Write the price of each call in cogs");
        }

        foreach (string method in price.Methods.Keys.Where(m => !MethodPath.IsOne(m)))
        {
            context.AddError($"{methods}:{method}", "the key is not the path of a gRPC method", "Write it as /package.Service/Method");
        }
    }
}
