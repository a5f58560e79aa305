namespace SnetGateway.TestKit.Market;

/// <summary>A service that a gateway under test sells.</summary>
/// <param name="Name">Its name in the configuration; its route and its cluster have the same.</param>
/// <param name="Instances">Where it runs.</param>
public sealed record MarketService(string Name, params Uri[] Instances)
{
    /// <summary>The hosts that are its own; empty for any.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>The key of the group that is paid.</summary>
    public string Group { get; init; } = GatewaySettings.DefaultGroup;

    /// <summary>Cogs a call.</summary>
    public long Price { get; init; } = 10;

    /// <summary>Cogs by method path, in place of <see cref="Price"/>; null for one price.</summary>
    public IReadOnlyDictionary<string, long>? MethodPrices { get; init; }

    /// <summary>How often the instances' health is asked for; null for never.</summary>
    public TimeSpan? ProbeInterval { get; init; }

    /// <summary>YARP's name of how calls are spread; null takes its default.</summary>
    public string? LoadBalancing { get; init; }
}
