using Microsoft.Extensions.DependencyInjection.Extensions;
using SnetGateway.Payments.Calls;
using Yarp.ReverseProxy.Transforms.Builder;

namespace SnetGateway.Gateway.PaidCalls;

/// <summary>What the paid path needs. The payment's own services (<see cref="AdmitChannelPayment"/>, <see cref="FindPaidService"/>) come from outside.</summary>
internal static class PaidCallServiceCollectionExtensions
{
    public static IServiceCollection AddPaidCalls(this IServiceCollection services)
    {
        services.AddMetrics();
        services.AddOptions<PaidCallOptions>().BindConfiguration(PaidCallOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<PaidCallMetrics>();
        services.TryAddSingleton<CallClockPool>();
        services.TryAddSingleton<PayerNames>();
        services.TryAddSingleton<PaymentTypes>();
        services.TryAddSingleton<AnswerEnd>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPaymentType, EscrowPayment>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ITransformProvider, AnswerHeadersTransform>());
        return services;
    }
}
