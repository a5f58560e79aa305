using System.ComponentModel.DataAnnotations;

namespace SnetGateway.Gateway.Catalog;

/// <summary>An organisation's group of replicas, as its metadata in the Registry describes it.</summary>
public sealed class GroupOptions
{
    /// <summary>Id of the organisation in the Registry.</summary>
    [Required]
    public string OrganizationId { get; set; } = "";

    /// <summary>Name of the group in the organisation's metadata. Default default_group.</summary>
    [Required]
    public string GroupName { get; set; } = "default_group";

    /// <summary>`group_id` of the organisation's metadata: base64 of 32 bytes. Channels must be of this group.</summary>
    [Required, GroupIdForm]
    public string GroupId { get; set; } = "";

    /// <summary>`payment.payment_address` of the group: 0x and 40 hex digits. Channels must pay this address.</summary>
    [Required, AddressForm]
    public string PaymentAddress { get; set; } = "";

    /// <summary>`payment.payment_expiration_threshold`: blocks that a channel must still have to live, 1 to 100,000,000. Default 40,320.</summary>
    [Range(1, 100_000_000)]
    public long PaymentExpirationThreshold { get; set; } = 40_320;
}
