namespace SnetGateway.Gateway.PaidCalls;

/// <summary>Metadata that belongs to a payment or is the gateway's own to say, and that a service never gets from a client (payments.md 3).</summary>
internal static class PaymentKeys
{
    /// <summary>The keys of an escrow payment: those that nearly every paid call has.</summary>
    private static readonly string[] Escrow =
    [
        PaymentMetadata.Type,
        PaymentMetadata.ChannelId,
        PaymentMetadata.ChannelNonce,
        PaymentMetadata.ChannelAmount,
        PaymentMetadata.ChannelSignature,
    ];

    private static readonly string[] Others =
    [
        PaymentMetadata.UserAddress,
        "snet-daemon-debug", // what the reference daemon tells a service of itself
        "snet-payment-mpe-address",
        "snet-free-call-user-address",
        "snet-free-call-user-id",
        "snet-free-call-auth-token-bin",
        "snet-free-call-token-expiry-block",
        "snet-current-block-number",
        "snet-prepaid-auth-token-bin",
    ];

    /// <summary>Takes the payment off a request, and the name of the payer, which only the gateway may say.</summary>
    /// <param name="headers">The request's headers.</param>
    /// <param name="hasOthers">Whether there is any key beside those of an escrow payment (<see cref="PaymentMetadata.HasOthers"/>).</param>
    public static void RemoveFrom(IHeaderDictionary headers, bool hasOthers)
    {
        foreach (string key in Escrow)
        {
            headers.Remove(key);
        }

        if (hasOthers)
        {
            foreach (string key in Others)
            {
                headers.Remove(key);
            }
        }
    }
}
