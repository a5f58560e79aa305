using SnetGateway.Ethereum.Follower;
using SnetGateway.Payments.Claims.Sending;

namespace SnetGateway.Gateway.Claims;

internal static class ClaimServiceCollectionExtensions
{
    /// <summary>Claims that the gateway sends. Without a signer nothing runs.</summary>
    public static IServiceCollection AddClaims(this IServiceCollection services, ClaimOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton<ClaimProcess>();
        services.AddSingleton<OutboxStore>();
        services.AddSingleton(provider => provider.GetRequiredService<ChainFollower>().Transactions);
        services.AddSingleton<ClaimMetrics>();
        services.AddSingleton<FinishedClaims>();
        services.AddSingleton<IClaimEvents, ClaimEvents>();
        services.AddSingleton<ClaimAutopilots>();
        services.AddHostedService(provider => provider.GetRequiredService<ClaimAutopilots>());
        return services;
    }
}
