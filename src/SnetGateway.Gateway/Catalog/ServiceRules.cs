using SnetGateway.Gateway.Validation;

namespace SnetGateway.Gateway.Catalog;

/// <summary>A service names the group that is paid, and its price fits its pricing model.</summary>
internal static class ServiceRules
{
    public const string Services = "SnetGateway:Services";
    private const string Groups = "SnetGateway:Groups";

    public static void Check(IReadOnlyDictionary<string, ServiceOptions> services, IReadOnlyDictionary<string, GroupOptions> groups, ErrorList errors)
    {
        foreach ((string name, ServiceOptions service) in services)
        {
            string path = $"{Services}:{name}";
            errors.AddIf(
                service.Group.Length > 0 && !groups.ContainsKey(service.Group),
                $"{path}:{nameof(service.Group)}",
                $"there is no group {ErrorList.Quote(service.Group)}",
                ClosestMatch.Choose(service.Group, [.. groups.Keys], Groups));
            CheckPrice(errors, $"{path}:{nameof(service.Price)}", service.Price);
        }
    }

    private static void CheckPrice(ErrorList errors, string path, PriceOptions price)
    {
        string cogs = $"{path}:{nameof(price.Cogs)}", methods = $"{path}:{nameof(price.Methods)}";
        const string Fixed = PriceOptions.Fixed, PerMethod = PriceOptions.FixedPerMethod;
        bool isPerMethod = price.Model == PerMethod, hasCogs = !string.IsNullOrEmpty(price.Cogs), hasMethods = price.Methods.Count > 0;
        if (isPerMethod)
        {
            errors.AddIf(hasCogs, cogs, $"the model is {PerMethod}, so this price is never charged", $"Remove it, or set Model to {Fixed}");
            errors.AddIf(!hasCogs && !hasMethods, methods, "no method has a price, so none could be called", "Write the price of each method by its path");
        }
        else
        {
            errors.AddIf(hasMethods, methods, $"the model is {Fixed}, so these prices are never charged", $"Remove them, or set Model to {PerMethod}");
            errors.AddIf(!hasMethods && !hasCogs, cogs, "missing", "Write the price of each call in cogs");
        }

        foreach (string method in price.Methods.Keys)
        {
            MethodPath.Check($"{methods}:{method}", method, errors);
        }
    }
}
