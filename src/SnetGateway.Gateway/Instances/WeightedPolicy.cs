using System.Globalization;
using System.Runtime.CompilerServices;
using Yarp.ReverseProxy.LoadBalancing;
using Yarp.ReverseProxy.Model;

namespace SnetGateway.Gateway.Instances;

/// <summary>
/// The load balancing policy `Weighted`: each instance gets its share of the calls by its weight, for canary releases. The weights of a
/// list of instances are added up once.
/// </summary>
internal sealed class WeightedPolicy : ILoadBalancingPolicy
{
    public const string PolicyName = "Weighted";

    /// <summary>The metadata of a destination with its weight.</summary>
    public const string WeightKey = "Weight";

    public const int DefaultWeight = 100;
    public const int MaxWeight = 1_000_000;

    private readonly InstanceOverrides _overrides;
    private ConditionalWeakTable<IReadOnlyList<DestinationState>, long[]> _sums = [];

    public WeightedPolicy(InstanceOverrides overrides)
    {
        _overrides = overrides;
        overrides.Changed += () => Volatile.Write(ref _sums, []);
    }

    public string Name => PolicyName;

    /// <summary>The weight of an instance: the operator's, or the configured one.</summary>
    public static int WeightOf(DestinationState instance, InstanceOverrides overrides) =>
        overrides.Of(instance).Weight
        ?? (int.TryParse(
            instance.Model.Config.Metadata?.GetValueOrDefault(WeightKey), NumberStyles.None, CultureInfo.InvariantCulture, out int weight)
            ? weight
            : DefaultWeight);

    /// <summary>An instance by chance, according to the weights. If none has a weight, any.</summary>
    public DestinationState? PickDestination(
        HttpContext context, ClusterState cluster, IReadOnlyList<DestinationState> availableDestinations)
    {
        if (availableDestinations.Count <= 1)
        {
            return availableDestinations.Count == 0 ? null : availableDestinations[0];
        }

        ConditionalWeakTable<IReadOnlyList<DestinationState>, long[]> known = Volatile.Read(ref _sums);
        if (!known.TryGetValue(availableDestinations, out long[]? sums))
        {
            sums = AddUp(availableDestinations);
            known.AddOrUpdate(availableDestinations, sums);
        }

        if (sums[^1] == 0)
        {
            return availableDestinations[Random.Shared.Next(availableDestinations.Count)];
        }

        long ticket = Random.Shared.NextInt64(sums[^1]);
        int chosen = 0;
        while (sums[chosen] <= ticket)
        {
            chosen++;
        }

        return availableDestinations[chosen];
    }

    /// <summary>For each instance the weights up to and with its own.</summary>
    private long[] AddUp(IReadOnlyList<DestinationState> instances)
    {
        long[] sums = new long[instances.Count];
        long sum = 0;
        for (int i = 0; i < sums.Length; i++)
        {
            sum += WeightOf(instances[i], _overrides);
            sums[i] = sum;
        }

        return sums;
    }
}
