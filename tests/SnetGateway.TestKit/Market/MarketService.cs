namespace SnetGateway.TestKit.Market;

/// <summary>A paid service of a gateway under test.</summary>
/// <param name="Name">Its name in the configuration; its route and its cluster have the same name.</param>
/// <param name="Instances">The addresses of its instances.</param>
public sealed record MarketService(string Name, params Uri[] Instances)
{
    /// <summary>Its id in the Registry; null for its name.</summary>
    public string? ServiceId { get; init; }

    /// <summary>Whether it is configured by its organisation and its id alone, the rest coming from metadata.</summary>
    public bool FromMetadata { get; init; }

    /// <summary>Its hosts; empty for any.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>The key of the group that is paid.</summary>
    public string Group { get; init; } = GatewaySettings.DefaultGroup;

    /// <summary>Price of a call in cogs.</summary>
    public long Price { get; init; } = 10;

    /// <summary>Prices by method path, instead of <see cref="Price"/>; null for one price.</summary>
    public IReadOnlyDictionary<string, long>? MethodPrices { get; init; }

    /// <summary>Interval of the instances' health checks; null for none.</summary>
    public TimeSpan? ProbeInterval { get; init; }

    /// <summary>YARP's load balancing policy; null for its default.</summary>
    public string? LoadBalancing { get; init; }
}
