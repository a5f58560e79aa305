using Microsoft.Extensions.DependencyInjection.Extensions;
using Yarp.ReverseProxy.SessionAffinity;

namespace SnetGateway.Gateway.Backends;

/// <summary>
/// Removes YARP's session affinity. No gRPC client sends a cookie back, and it needs ASP.NET's data protection, which reads its keys at
/// each startup and, where there are none, writes a secret key below the home directory (docs/decisions/0006-yarp-2-3.md).
/// </summary>
internal static class SessionAffinity
{
    public static IReverseProxyBuilder WithoutSessionAffinity(this IReverseProxyBuilder proxy)
    {
        proxy.Services.RemoveAll<ISessionAffinityPolicy>();
        foreach (ServiceDescriptor keys in proxy.Services
            .Where(service => service.ImplementationType?.Name == "DataProtectionHostedService")
            .ToArray())
        {
            proxy.Services.Remove(keys);
        }

        return proxy;
    }
}
