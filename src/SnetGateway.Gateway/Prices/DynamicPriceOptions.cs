using System.ComponentModel.DataAnnotations;

namespace SnetGateway.Gateway.Prices;

/// <summary>How the service is asked for the price of a call (docs/protocol/prices.md, 'Dynamic prices').</summary>
public sealed class DynamicPriceOptions
{
    /// <summary>
    /// Time until the service has named the price, 100 ms to 1 minute. The client's first message must arrive in it too. After it the call
    /// is refused. Default 5 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Time for which a price holds for further calls with the same method, metadata and first message, 0 to 1 hour. 0: the service is
    /// asked for each call. Default 0.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan CacheTime { get; set; }

    /// <summary>
    /// Price requests of this service at the same time, 1 to 10,000. Further ones wait, within Timeout. One payer may use at most a
    /// quarter, but at least one. Each holds its call's first message in memory. Default 64.
    /// </summary>
    [Range(1, 10_000)]
    public int MaxConcurrent { get; set; } = 64;

    /// <summary>
    /// The highest price that is accepted from the service, in cogs; above it the call is refused. The default is 2^63-1, because a
    /// negative number of the service reads as more. A service can name at most 2^64-1.
    /// </summary>
    [DataType("cogs")]
    public string MaxCogs { get; set; } = "9223372036854775807";

    /// <summary>
    /// The cluster in `ReverseProxy:Clusters` whose instances name the prices; it needs no route. Unset: the cluster of the call's route.
    /// </summary>
    public string? Cluster { get; set; }
}
