using SnetGateway.Gateway.Health.Heartbeats;
using SnetGateway.Gateway.Validation;

namespace SnetGateway.Gateway.Catalog;

/// <summary>A service names the group that is paid, and its price and its heartbeat have the keys of their kind.</summary>
internal static class ServiceRules
{
    public const string Services = "SnetGateway:Services";

    public static void Check(Dictionary<string, ServiceOptions> services, Dictionary<string, GroupOptions> groups, ErrorList errors)
    {
        foreach ((string name, ServiceOptions service) in services)
        {
            string path = $"{Services}:{name}";
            errors.CheckName($"{path}:{nameof(service.Group)}", "group", service.Group, groups.Keys, "SnetGateway:Groups");
            CheckPrice($"{path}:{nameof(service.Price)}", service.Price, errors);
            CheckHeartbeat($"{path}:{nameof(service.Heartbeat)}", service.Heartbeat, errors);
        }
    }

    private static void CheckPrice(string path, PriceOptions price, ErrorList errors)
    {
        var keys = new KeyRules(path, errors);
        if (price.Model == PriceOptions.DynamicPrice)
        {
            keys.Excludes(price.Cogs, price.Methods);
            return;
        }

        keys.UsedIf(price.Model, PriceOptions.Fixed, price.Cogs);
        keys.UsedIf(price.Model, PriceOptions.FixedPerMethod, price.Methods);
        new KeyRules($"{path}:{nameof(price.Dynamic)}", errors).UsedIf(price.Model, PriceOptions.DynamicPrice, price.Dynamic.Cluster);
        bool isPerMethod = price.Model == PriceOptions.FixedPerMethod;
        bool isMissing = string.IsNullOrEmpty(price.Cogs) && price.Methods.Count == 0;
        string remedy = isPerMethod ? "Write the price of each method by its path" : "Write the price of each call in cogs";
        errors.Check($"{path}:{(isPerMethod ? nameof(price.Methods) : nameof(price.Cogs))}", (isMissing, "missing", remedy));
    }

    private static void CheckHeartbeat(string path, HeartbeatOptions heartbeat, ErrorList errors)
    {
        var keys = new KeyRules(path, errors);
        keys.UsedIf(heartbeat.Kind, HeartbeatOptions.Http, heartbeat.Url);
        keys.UsedIf(heartbeat.Kind, HeartbeatOptions.Grpc, heartbeat.HealthName);
        bool isMissing = heartbeat.Kind == HeartbeatOptions.Http && string.IsNullOrEmpty(heartbeat.Url);
        errors.Check(
            $"{path}:{nameof(heartbeat.Url)}", (isMissing, "missing", "Write the URL to request, as http://127.0.0.1:7002/health"));
    }
}
