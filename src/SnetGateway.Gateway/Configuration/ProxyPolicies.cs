namespace SnetGateway.Gateway.Configuration;

/// <summary>The proxy's policies that a configuration may name beside YARP's own.</summary>
internal static class ProxyPolicies
{
    public static void Add(IReverseProxyBuilder proxy) => ArgumentNullException.ThrowIfNull(proxy);
}
