namespace SnetGateway.Gateway.Prices;

internal static class PriceServiceCollectionExtensions
{
    public static IServiceCollection AddPrices(this IServiceCollection services) =>
        services.AddSingleton<PriceParts>().AddSingleton<CallPrices>();
}
