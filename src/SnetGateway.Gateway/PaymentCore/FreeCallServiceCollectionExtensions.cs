using Microsoft.Extensions.DependencyInjection.Extensions;
using SnetGateway.Ethereum;
using SnetGateway.Ethereum.Follower;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.Gateway.Catalog;
using SnetGateway.Gateway.PaidCalls;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.FreeCalls;

namespace SnetGateway.Gateway.PaymentCore;

/// <summary>Free calls: their tokens, quotas and balances, and the payment kind.</summary>
internal static class FreeCallServiceCollectionExtensions
{
    public static IServiceCollection AddFreeCalls(this IServiceCollection services)
    {
        services.AddSingleton<ITokenBalances>(provider => provider.GetRequiredService<ChainFollower>());
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<BlockFreshness>(
            provider, provider.GetRequiredService<ChainOptions>().StalenessBound));
        services.AddSingleton<FreeCallTokens>();
        services.AddSingleton(provider => new FreeCallChecks(
            provider.GetRequiredService<ISignerRecovery>(),
            provider.GetRequiredService<FreeCallTokens>(),
            provider.GetRequiredService<BlockFreshness>(),
            AddressText.Checksum,
            provider.GetRequiredService<AllowedUsers>().Addresses));
        services.AddSingleton<FreeCallAdmission>();
        services.AddSingleton<FreeCallStates>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPaymentType, FreeCallPayment>());
        return services;
    }
}
