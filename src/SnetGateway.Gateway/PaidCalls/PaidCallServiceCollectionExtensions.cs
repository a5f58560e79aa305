using Microsoft.Extensions.DependencyInjection.Extensions;
using SnetGateway.Gateway.Hosting;
using SnetGateway.Gateway.Usage;
using SnetGateway.Payments;
using SnetGateway.Payments.Pauses;
using Yarp.ReverseProxy.Transforms.Builder;

namespace SnetGateway.Gateway.PaidCalls;

/// <summary>The paid path. The payment kinds come from the payment core, the services from the catalog.</summary>
internal static class PaidCallServiceCollectionExtensions
{
    public static IServiceCollection AddPaidCalls(this IServiceCollection services)
    {
        services.AddMetrics();
        services.AddOptions<PaidCallOptions>().BindConfiguration(PaidCallOptions.Section);
        services.AddClock();
        services.AddSingleton<PaidCallMetrics>();
        services.TryAddSingleton<RpcMetrics>();
        services.AddSingleton<CallClockPool>();
        services.AddSingleton<ChecksumAddressCache>();
        services.AddSingleton<PaymentTypes>();
        services.AddSingleton<UsageCounters>();
        services.TryAddSingleton<PauseSwitch>();
        services.AddSingleton<CallCompletion>();
        services.AddSingleton<CallRefusals>();
        services.AddSingleton<RecentRefusals>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ITransformProvider, ResponseHeadersTransform>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ITransformProvider, RequestTypeTransform>());
        return services;
    }
}
