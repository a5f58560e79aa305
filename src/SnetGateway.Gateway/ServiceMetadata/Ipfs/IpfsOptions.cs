using System.ComponentModel.DataAnnotations;

namespace SnetGateway.Gateway.ServiceMetadata.Ipfs;

/// <summary>Where content of IPFS is read. The content that a source gives is verified against its hash.</summary>
public sealed class IpfsOptions
{
    private static readonly string[] s_apis = ["https://ipfs.singularitynet.io"];
    private static readonly string[] s_gateways = ["https://gateway.lighthouse.storage"];

    /// <summary>
    /// Base URLs of the HTTP API of IPFS nodes (`/api/v0/block/get` and `cat`), in order of preference. Unset:
    /// https://ipfs.singularitynet.io.
    /// </summary>
    [DataType("url")]
    public string[]? Apis { get; set; }

    /// <summary>
    /// Base URLs of IPFS gateways (`/ipfs/`), asked after the APIs. Unset: https://gateway.lighthouse.storage.
    /// </summary>
    [DataType("url")]
    public string[]? Gateways { get; set; }

    internal IReadOnlyList<string> ApisInUse => Apis ?? s_apis;

    internal IReadOnlyList<string> GatewaysInUse => Gateways ?? s_gateways;
}
