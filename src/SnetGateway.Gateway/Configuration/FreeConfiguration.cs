using SnetGateway.Ethereum;
using SnetGateway.Gateway.Configuration.Schema;
using SnetGateway.Gateway.PaidCalls;
using SnetGateway.Storage;
using Yarp.ReverseProxy.Configuration;

namespace SnetGateway.Gateway.Configuration;

/// <summary>
/// A configuration in which every route is without payment. It needs no chain, no group and no ledger: what the payment core keeps is in
/// memory, and it has no channels.
/// </summary>
internal static class FreeConfiguration
{
    private const string Services = $"{GatewayOptions.Section}:{nameof(GatewayOptions.Services)}";

    /// <summary>
    /// Whether it is one: there is a route, each says that it is free, and neither a service nor a chain is configured. With a chain, the
    /// gateway follows it and opens its ledger, so that paid services can be added while it runs.
    /// </summary>
    public static bool Is(IConfiguration configuration)
    {
        IConfigurationSection[] routes = [.. configuration.GetSection($"{ProxySchema.Section}:Routes").GetChildren()];
        return routes.Length > 0
            && routes.All(IsFree)
            && !configuration.GetSection(Services).GetChildren().Any()
            && !configuration.GetSection(ChainOptions.Section).GetChildren().Any();
    }

    /// <summary>The ledger's section is not used: nothing would be written to it.</summary>
    public static void ApplyTo(GatewayOptions options) => options.Ledger = new LedgerOptions { Store = "memory" };

    private static bool IsFree(IConfigurationSection route)
    {
        IConfigurationSection metadata = route.GetSection(nameof(RouteConfig.Metadata));
        return metadata[PaidRoute.ServiceKey] is null && metadata[PaidRoute.PaymentKey] is not null;
    }
}
