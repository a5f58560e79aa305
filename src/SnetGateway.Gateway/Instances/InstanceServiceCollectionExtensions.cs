using Microsoft.Extensions.DependencyInjection.Extensions;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.LoadBalancing;

namespace SnetGateway.Gateway.Instances;

internal static class InstanceServiceCollectionExtensions
{
    /// <summary>Adds the policy `Weighted`.</summary>
    public static IReverseProxyBuilder AddWeights(this IReverseProxyBuilder proxy)
    {
        proxy.Services.TryAddSingleton<InstanceOverrides>();
        proxy.Services.TryAddEnumerable(ServiceDescriptor.Singleton<ILoadBalancingPolicy, WeightedPolicy>());
        return proxy;
    }

    /// <summary>Has drained instances get no calls, whichever policy of YARP is configured.</summary>
    public static IReverseProxyBuilder AddDrains(this IReverseProxyBuilder proxy)
    {
        ServiceDescriptor[] policies =
            [.. proxy.Services.Where(service => service.ServiceType == typeof(IAvailableDestinationsPolicy))];
        foreach (ServiceDescriptor policy in policies)
        {
            proxy.Services.Remove(policy);
            proxy.Services.AddSingleton<IAvailableDestinationsPolicy>(provider => new UndrainedInstances(
                (IAvailableDestinationsPolicy)ActivatorUtilities.CreateInstance(provider, policy.ImplementationType!),
                provider.GetRequiredService<InstanceOverrides>()));
        }

        return proxy;
    }
}
