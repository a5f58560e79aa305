using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using SnetGateway.Gateway.PaidCalls;

namespace SnetGateway.Gateway.Prepaid;

/// <summary>Prepaid calls, where a secret is configured. The plans are a part of the payment core.</summary>
internal static class PrepaidServiceCollectionExtensions
{
    public static IServiceCollection AddPrepaid(this IServiceCollection services, PrepaidOptions options)
    {
        if (string.IsNullOrEmpty(options.SecretPath))
        {
            return services;
        }

        services.AddSingleton(Options.Create(options));
        services.AddSingleton<PrepaidTokens>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPaymentType, PrepaidPayment>());
        return services;
    }
}
