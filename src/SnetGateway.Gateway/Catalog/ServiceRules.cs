using SnetGateway.Gateway.Health.Heartbeats;
using SnetGateway.Gateway.Metering;
using SnetGateway.Gateway.Validation;
using SnetGateway.Payments.Values;

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
            var keys = new KeyRules(path, errors);
            keys.Requires(service.OrganizationFile, service.OrganizationId);
            keys.Requires(service.ServiceFile, service.OrganizationId);
            CheckPrice($"{path}:{nameof(service.Price)}", service.Price, errors);
            CheckMetered($"{path}:{nameof(service.Price)}:{nameof(PriceOptions.Metered)}", service, errors);
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

    /// <summary>A ceiling that pays for no unit would be charged whole for each call.</summary>
    private static void CheckMetered(string path, ServiceOptions service, ErrorList errors)
    {
        MeteredPriceOptions metered = service.Price.Metered;
        bool counts = metered.By is MeteredPriceOptions.Message or MeteredPriceOptions.Kibibyte or MeteredPriceOptions.Second;
        bool hasUnit = UInt256.TryParse(metered.UnitCogs, out UInt256 unit) && !unit.IsZero;
        bool isAboveCeiling = hasUnit && service.Price.Methods.Values.Append(service.Price.Cogs)
            .Any(price => UInt256.TryParse(price, out UInt256 cogs) && !cogs.IsZero && cogs < unit);
        errors.Check(
            $"{path}:{nameof(metered.UnitCogs)}",
            (counts && !hasUnit, "missing or 0", $"Write the price of each {metered.By} in cogs"),
            (!counts && !string.IsNullOrEmpty(metered.UnitCogs),
                $"not used if By is {metered.By}", "Remove it, or set By to what is counted"),
            (counts && isAboveCeiling, "above a price of the model, which is the ceiling", "Raise that price, or lower UnitCogs"));
        errors.Check(
            $"{path}:{nameof(metered.By)}",
            (metered.By != MeteredPriceOptions.None && !string.IsNullOrEmpty(service.Training.Address),
                "the service has training, whose prices are not metered", "Configure the models as a separate service, or set By to none"));
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
