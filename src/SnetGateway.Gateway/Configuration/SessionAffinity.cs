using Microsoft.Extensions.DependencyInjection.Extensions;
using Yarp.ReverseProxy.SessionAffinity;

namespace SnetGateway.Gateway.Configuration;

/// <summary>
/// YARP's cookies that keep a client's calls together, which no gRPC client would send back and a configuration may not ask for. They bring a ring
/// of keys with them, which would be made at each start, in the home directory.
/// </summary>
internal static class SessionAffinity
{
    public static IReverseProxyBuilder WithoutSessionAffinity(this IReverseProxyBuilder proxy)
    {
        proxy.Services.RemoveAll<ISessionAffinityPolicy>();
        foreach (ServiceDescriptor keys in proxy.Services.Where(service => service.ImplementationType?.Name == "DataProtectionHostedService").ToArray())
        {
            proxy.Services.Remove(keys);
        }

        return proxy;
    }
}
