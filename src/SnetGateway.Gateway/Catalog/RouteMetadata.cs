namespace SnetGateway.Gateway.Catalog;

/// <summary>What a route's metadata says about payment.</summary>
internal static class RouteMetadata
{
    /// <summary>Names the service of `SnetGateway:Services` whose price the route's calls cost.</summary>
    public const string Service = "Service";

    /// <summary>With the value <see cref="None"/>: the route is free for everybody.</summary>
    public const string Payment = "Payment";

    public const string None = "none";
}
