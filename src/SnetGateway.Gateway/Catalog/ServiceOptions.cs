using System.ComponentModel.DataAnnotations;
using SnetGateway.Gateway.Health.Heartbeats;

namespace SnetGateway.Gateway.Catalog;

/// <summary>A service that is paid for.</summary>
public sealed class ServiceOptions
{
    /// <summary>
    /// Id of the organisation in the Registry. If it is set, the service's metadata gives what is not configured: group, price, hosts,
    /// encoding, and the id, payment address and expiration threshold of the group (docs/registry.md). Unset: no metadata is read.
    /// </summary>
    public string? OrganizationId { get; set; }

    /// <summary>With OrganizationId: a local file with the organisation's metadata, in place of the Registry's.</summary>
    [DataType("file")]
    public string? OrganizationFile { get; set; }

    /// <summary>With OrganizationId: a local file with the service's metadata, in place of the Registry's.</summary>
    [DataType("file")]
    public string? ServiceFile { get; set; }

    /// <summary>
    /// Name of the group in `SnetGateway:Groups` that is paid. With OrganizationId it may be unset, and the group has the name of the
    /// service; a name that is not in `Groups` is the `group_name` in the metadata.
    /// </summary>
    [Required]
    public string Group { get; set; } = "";

    /// <summary>Id of the service in the Registry.</summary>
    [Required]
    public string ServiceId { get; set; } = "";

    /// <summary>
    /// Host names that clients use for this service, with `:port` where it is not the scheme's default port. Empty: any host.
    /// </summary>
    [DataType("host")]
    public string[] Hosts { get; set; } = [];

    /// <summary>
    /// Time that this service may take until the first byte of its response, 0 to 1 day. 0: unlimited. Unset:
    /// `SnetGateway:PaidCalls:ServiceTimeout`.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan? ServiceTimeout { get; set; }

    /// <summary>The price of a call.</summary>
    [Required]
    public PriceOptions Price { get; set; } = new();

    /// <summary>Training of models by the service's users. Unset: there is none.</summary>
    public TrainingOptions Training { get; set; } = new();

    /// <summary>
    /// If true, up to 64 calls of one channel may run at the same time, each paid by its own voucher: totals that rise, sent without
    /// waiting for the calls before. If false, they run one after the other.
    /// </summary>
    public bool ParallelVouchers { get; set; }

    /// <summary>
    /// `encoding` in the service's metadata, which `/encoding` returns: proto or json. Messages pass as they are. Default proto.
    /// </summary>
    [AllowedValues(EncodingEndpoint.Proto, EncodingEndpoint.Json)]
    public string Encoding { get; set; } = EncodingEndpoint.Proto;

    /// <summary>How `/heartbeat` checks the service.</summary>
    public HeartbeatOptions Heartbeat { get; set; } = new();
}
