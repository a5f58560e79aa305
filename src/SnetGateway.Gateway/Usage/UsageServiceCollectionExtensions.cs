using SnetGateway.Gateway.Hosting;
using SnetGateway.Payments.Usage;

namespace SnetGateway.Gateway.Usage;

internal static class UsageServiceCollectionExtensions
{
    /// <summary>Writes what was counted. To be registered after the ledger, which is closed after it.</summary>
    public static IServiceCollection AddUsage(this IServiceCollection services) =>
        services.AddClock().AddSingleton<UsageDays>().AddHostedService<UsagePublisher>();
}
