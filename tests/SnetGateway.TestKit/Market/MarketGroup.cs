namespace SnetGateway.TestKit.Market;

/// <summary>A payment group of a gateway under test.</summary>
/// <param name="GroupIdBase64">Its id, base64 of 32 bytes.</param>
/// <param name="PaymentAddress">The recipient of payments.</param>
public sealed record MarketGroup(string GroupIdBase64, string PaymentAddress)
{
    /// <summary>Its organisation; null for the local chain's.</summary>
    public string? OrganizationId { get; init; }
}
