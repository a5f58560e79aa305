using Microsoft.Extensions.DependencyInjection.Extensions;
using SnetGateway.Gateway.Catalog;
using SnetGateway.Payments.Calls;
using Yarp.ReverseProxy.Transforms.Builder;

namespace SnetGateway.Gateway.PaidCalls;

/// <summary>What the paid path needs. The catalog (<see cref="LiveSnapshot"/>) and the payment core (<see cref="ChannelPayments"/>) come from outside.</summary>
internal static class PaidCallServiceCollectionExtensions
{
    public static IServiceCollection AddPaidCalls(this IServiceCollection services)
    {
        services.AddMetrics();
        services.AddOptions<PaidCallOptions>().BindConfiguration(PaidCallOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<PaidCallMetrics>();
        services.TryAddSingleton<CallClockPool>();
        services.TryAddSingleton<ChecksumAddressCache>();
        services.TryAddSingleton<PaymentTypes>();
        services.TryAddSingleton<CallCompletion>();
        services.TryAddSingleton<FindPaidService>(provider =>
        {
            LiveSnapshot live = provider.GetRequiredService<LiveSnapshot>();
            return name => live.Catalog.Find(name);
        });
        services.TryAddSingleton<AdmitChannelPayment>(provider => provider.GetRequiredService<ChannelPayments>().AdmitAsync);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPaymentType, EscrowPayment>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ITransformProvider, ResponseHeadersTransform>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ITransformProvider, RequestTypeTransform>());
        return services;
    }
}
