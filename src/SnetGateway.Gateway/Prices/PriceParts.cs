using SnetGateway.Gateway.Backends;
using SnetGateway.Gateway.Logging;
using Yarp.ReverseProxy;

namespace SnetGateway.Gateway.Prices;

/// <summary>What all requests of prices share.</summary>
internal sealed class PriceParts(IClusterBackends backends, IProxyStateLookup clusters, TimeProvider time, ILogger<PriceRequests> logger)
{
    /// <summary>Describes the services' methods.</summary>
    public IClusterBackends Backends => backends;

    public IProxyStateLookup Clusters => clusters;

    public TimeProvider Time => time;

    public ILogger Logger => logger;

    public PriceRequests Requests { get; } = new();

    /// <summary>Clients could cause a line with each call.</summary>
    public LogThrottle Throttle { get; } = new(time);
}
