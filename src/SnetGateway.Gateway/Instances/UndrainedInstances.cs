using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace SnetGateway.Gateway.Instances;

/// <summary>
/// One of YARP's policies of which instances get calls, without those that are drained. It is asked when something changes and not for each
/// call.
/// </summary>
internal sealed class UndrainedInstances(IAvailableDestinationsPolicy inner, InstanceOverrides overrides) : IAvailableDestinationsPolicy
{
    public string Name => inner.Name;

    public IReadOnlyList<DestinationState> GetAvailalableDestinations(
        ClusterConfig config, IReadOnlyList<DestinationState> allDestinations) =>
        inner.GetAvailalableDestinations(config, [.. allDestinations.Where(one => !overrides.Of(one).IsDrained)]);
}
