using System.Text.Json.Serialization;
using SnetGateway.Gateway.Catalog;
using SnetGateway.Gateway.Metering;
using SnetGateway.Gateway.PaidCalls;
using SnetGateway.Gateway.Prices;
using SnetGateway.Payments.Pricing;
using Yarp.ReverseProxy.Configuration;

namespace SnetGateway.Gateway.Reports;

/// <summary>What a call costs by the configuration.</summary>
/// <param name="Service">The configured service.</param>
/// <param name="Method">The method's path, a route's pattern, or all that have no other line.</param>
/// <param name="Price">The pricing model, or the route whose price it is.</param>
/// <param name="Cogs">The price of a call in cogs; null where the service names it.</param>
internal sealed record PriceLine(string Service, string Method, string Price, string? Cogs)
{
    private const string AnyMethod = "*";

    private static readonly string[] s_columns = ["service", "method", "price", "cogs", FreeCallTerms.TokenName];

    /// <summary>The price in whole tokens.</summary>
    [JsonPropertyName("tokens")]
    public string? Tokens => Cogs is null ? null : InTokens(Cogs);

    /// <summary>A number of cogs in whole tokens, with all of its digits.</summary>
    public static string InTokens(string cogs)
    {
        string digits = cogs.PadLeft(FreeCallTerms.TokenDecimals + 1, '0');
        return $"{digits[..^FreeCallTerms.TokenDecimals]}.{digits[^FreeCallTerms.TokenDecimals..]}".TrimEnd('0').TrimEnd('.');
    }

    /// <summary>The prices of each service, method and route with its own price.</summary>
    public static IEnumerable<PriceLine> Of(IReadOnlyDictionary<string, ServiceOptions> services, GatewaySnapshot snapshot)
    {
        foreach ((string name, ServiceOptions service) in services.OrderBy(service => service.Key, StringComparer.Ordinal))
        {
            RouteConfig[] routes =
                [.. snapshot.Routes.Where(route => route.Metadata?.GetValueOrDefault(PaidRoute.ServiceKey) == name)];
            foreach (RouteConfig route in routes)
            {
                if (route.Metadata!.GetValueOrDefault(PaidRoute.PriceKey) is { } cogs)
                {
                    yield return new PriceLine(name, route.Match.Path ?? AnyMethod, $"route {route.RouteId}", cogs);
                }
            }

            if (service.Price.Model == PriceOptions.DynamicPrice)
            {
                foreach (PriceLine line in Dynamic(name, routes, snapshot))
                {
                    yield return line;
                }
            }

            string kind = service.Price.Model == PriceOptions.DynamicPrice ? "no price method" : service.Price.Model;
            kind += service.Price.Metered is { By: not MeteredPriceOptions.None and var by } ? $", at most (by {by})" : "";
            foreach ((string method, string cogs) in service.Price.Methods.OrderBy(method => method.Key, StringComparer.Ordinal))
            {
                yield return new PriceLine(name, method, kind, cogs);
            }

            if (service.Price.Cogs is { } each)
            {
                yield return new PriceLine(name, AnyMethod, kind, each);
            }
        }
    }

    /// <summary>The methods whose price the service names. By reflection they are not known here.</summary>
    private static IEnumerable<PriceLine> Dynamic(string service, RouteConfig[] routes, GatewaySnapshot snapshot) => routes
        .Where(route => !route.Metadata!.ContainsKey(PaidRoute.PriceKey))
        .Select(route => snapshot.Backends.Find(route.ClusterId!)?.Descriptors).Distinct()
        .SelectMany(descriptors => descriptors?.Known is { } schema
            ? PriceMethods.Of(schema).ByMethod.OrderBy(pair => pair.Key, StringComparer.Ordinal)
                .Select(pair => new PriceLine(service, pair.Key, $"named by {pair.Value}", null))
            : [new PriceLine(service, AnyMethod, "named by the service, by reflection", null)]);

    /// <summary>A row for each price.</summary>
    public static ReportTable Table(IEnumerable<PriceLine> lines) => new(
        s_columns,
        [.. lines.Select(line => new[] { line.Service, line.Method, line.Price, line.Cogs ?? "-", line.Tokens ?? "-" })],
        column => column == 3);
}
