using System.Runtime.CompilerServices;
using Yarp.ReverseProxy.Model;

namespace SnetGateway.Gateway.Instances;

/// <summary>
/// What the operator has set for instances of this process while it runs: no new calls, another weight. In memory only, and forgotten with
/// an instance that leaves the configuration.
/// </summary>
internal sealed class InstanceOverrides
{
    private readonly ConditionalWeakTable<DestinationState, InstanceOverride> _all = [];

    /// <summary>Raised when one was set, before it is in force.</summary>
    public event Action? Changed;

    public InstanceOverride Of(DestinationState instance) =>
        _all.TryGetValue(instance, out InstanceOverride? set) ? set : InstanceOverride.None;

    public void Set(DestinationState instance, InstanceOverride set)
    {
        _all.AddOrUpdate(instance, set);
        Changed?.Invoke();
    }
}

/// <summary>What is set for one instance.</summary>
/// <param name="IsDrained">Whether it gets no new calls.</param>
/// <param name="Weight">Its weight in place of the configured one; null for none.</param>
internal sealed record InstanceOverride(bool IsDrained, int? Weight)
{
    public static InstanceOverride None { get; } = new(false, null);
}
