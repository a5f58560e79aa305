using System.ComponentModel.DataAnnotations;
using SnetGateway.Gateway.ServiceMetadata.Ipfs;

namespace SnetGateway.Gateway.ServiceMetadata;

/// <summary>
/// The Registry contract and IPFS, from which the metadata of services with an `OrganizationId` comes. Without such a service nothing here
/// is used (docs/registry.md).
/// </summary>
public sealed class RegistryOptions
{
    public const string Section = "SnetGateway:Registry";

    /// <summary>
    /// Address of the Registry contract: 0x and 40 hex digits. Unset: the published one of the main network or of Sepolia, by
    /// `Chain:ChainId`.
    /// </summary>
    [DataType("address")]
    public string? Address { get; set; }

    /// <summary>
    /// Folder for the last valid documents, from which the gateway starts while the Registry or IPFS cannot be reached, and for the payment
    /// addresses that are confirmed. Created when it is missing. Keep it with the ledger, and include it in backups. Default data/metadata.
    /// </summary>
    [MinLength(1)]
    public string Folder { get; set; } = "data/metadata";

    /// <summary>
    /// Interval at which the Registry is asked for changes, 1 s to 1 day, a tenth more or less. A change is usually noticed by the
    /// Registry's event, within seconds; the interval makes up for an event that an endpoint withheld. After a check that failed, the next
    /// one is within a minute. Default 10 minutes.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Where content of IPFS is read.</summary>
    public IpfsOptions Ipfs { get; set; } = new();
}
