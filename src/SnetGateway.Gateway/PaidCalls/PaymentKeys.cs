namespace SnetGateway.Gateway.PaidCalls;

/// <summary>Metadata that belongs to a payment or is the gateway's own to say, and that a service never gets from a client (payments.md 3).</summary>
internal static class PaymentKeys
{
    /// <summary>All such keys beside those of an escrow payment.</summary>
    public static readonly string[] Others =
    [
        PaymentMetadata.UserAddress,
        "snet-payment-mpe-address",
        "snet-free-call-user-address",
        "snet-free-call-user-id",
        "snet-free-call-auth-token-bin",
        "snet-free-call-token-expiry-block",
        "snet-current-block-number",
        "snet-prepaid-auth-token-bin",
    ];
}
