using Yarp.ReverseProxy.Model;

namespace SnetGateway.Gateway.Prices;

/// <summary>What a service is asked.</summary>
/// <param name="Cluster">The cluster that is asked.</param>
/// <param name="Instances">Its instances that may get calls.</param>
/// <param name="PriceMethod">The path of the price method.</param>
/// <param name="Metadata">The client's metadata.</param>
/// <param name="Encoding">The compression of the client's messages; null without one.</param>
/// <param name="Frame">The client's first message with its header, as it was sent.</param>
internal sealed record PriceQuestion(
    ClusterModel Cluster,
    IReadOnlyList<DestinationState> Instances,
    string PriceMethod,
    IReadOnlyList<KeyValuePair<string, string>> Metadata,
    string? Encoding,
    ReadOnlyMemory<byte> Frame);
