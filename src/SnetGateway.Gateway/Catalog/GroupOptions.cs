using System.ComponentModel.DataAnnotations;

namespace SnetGateway.Gateway.Catalog;

/// <summary>A payment group of an organisation, as the organisation's metadata in the Registry describes it.</summary>
public sealed class GroupOptions
{
    /// <summary>Id of the organisation in the Registry.</summary>
    [Required]
    public string OrganizationId { get; set; } = "";

    /// <summary>`group_name` in the organisation's metadata. Default default_group.</summary>
    [MinLength(1)]
    public string GroupName { get; set; } = "default_group";

    /// <summary>`group_id` in the organisation's metadata: base64 of 32 bytes. Only channels of this group are accepted.</summary>
    [Required, DataType("group id")]
    public string GroupId { get; set; } = "";

    /// <summary>`payment.payment_address` of the group: 0x and 40 hex digits. Only channels that pay this address are accepted.</summary>
    [Required, DataType("address")]
    public string PaymentAddress { get; set; } = "";

    /// <summary>
    /// `payment.payment_expiration_threshold` of the group: blocks that must remain before a channel's expiration when a call is admitted,
    /// 1 to 100,000,000. Default 40,320.
    /// </summary>
    [Range(1, 100_000_000)]
    public long PaymentExpirationThreshold { get; set; } = 40_320;

    /// <summary>Free calls of users. Unset: there are none.</summary>
    public FreeCallOptions FreeCalls { get; set; } = new();
}
