using System.ComponentModel.DataAnnotations;
using SnetGateway.Gateway.Heartbeats;

namespace SnetGateway.Gateway.Catalog;

/// <summary>A service that is paid for.</summary>
public sealed class ServiceOptions
{
    /// <summary>Key of the group in `SnetGateway:Groups` that is paid.</summary>
    [Required]
    public string Group { get; set; } = "";

    /// <summary>Id of the service in the Registry.</summary>
    [Required]
    public string ServiceId { get; set; } = "";

    /// <summary>Host names (with `:port` where it is not the scheme's own) whose calls are this service's. Empty: any.</summary>
    [HostForm]
    public string[] Hosts { get; set; } = [];

    /// <summary>
    /// How long this service may take to the first byte of its answer, 0 to 1 day; 0 is for ever. Unset: what
    /// `SnetGateway:PaidCalls:ServiceTimeout` says.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan? ServiceTimeout { get; set; }

    /// <summary>What a call costs.</summary>
    [Required]
    public PriceOptions Price { get; set; } = new();

    /// <summary>How it says that it works.</summary>
    public HeartbeatOptions Heartbeat { get; set; } = new();
}
