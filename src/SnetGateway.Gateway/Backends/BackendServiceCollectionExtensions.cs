using Microsoft.Extensions.DependencyInjection.Extensions;
using SnetGateway.Gateway.Backends.Processes;
using SnetGateway.Gateway.Backends.Translation;
using SnetGateway.Gateway.Hosting;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Health;

namespace SnetGateway.Gateway.Backends;

internal static class BackendServiceCollectionExtensions
{
    public static IReverseProxyBuilder AddBackends(this IReverseProxyBuilder proxy)
    {
        proxy.Services.AddOptions<BackendOptions>().BindConfiguration(BackendOptions.Section);
        proxy.Services.Replace(ServiceDescriptor.Singleton<IForwarderHttpClientFactory, BackendHandlerFactory>());
        proxy.Services.AddOptions<ProcessOptions>().BindConfiguration(ProcessOptions.Section);
        proxy.Services.AddClock();
        proxy.Services.AddSingleton<ProgramSlots>();
        proxy.Services.TryAddSingleton<TranslatorServices>();
        proxy.AddTransforms<TranslatedRequest>();
        proxy.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IPassiveHealthCheckPolicy, UnreachableInstances>());
        proxy.AddConfigFilter<GrpcClusterDefaults>();
        return proxy;
    }
}
