using Microsoft.Extensions.Primitives;
using SnetGateway.GrpcWire.Headers;

namespace SnetGateway.Gateway.PaidCalls;

/// <summary>
/// A request's metadata as far as the gateway needs it, found in one pass over the headers.
/// </summary>
internal struct PaymentMetadata
{
    public const string Type = "snet-payment-type";
    public const string ChannelId = "snet-payment-channel-id";
    public const string ChannelNonce = "snet-payment-channel-nonce";
    public const string ChannelAmount = "snet-payment-channel-amount";
    public const string ChannelSignature = "snet-payment-channel-signature-bin";
    public const string UserAddress = "snet-user-address";
    public const string FreeCallUserAddress = "snet-free-call-user-address";
    public const string FreeCallUserId = "snet-free-call-user-id";
    public const string FreeCallToken = "snet-free-call-auth-token-bin";
    public const string ShowPrice = "snet-show-price";
    public const string CurrentBlock = "snet-current-block-number";
    public const string TrainModelId = "snet-train-model-id";

    /// <summary>Bytes that gRPC and HTTP/2 count for each header beside its name and value (RFC 9113, section 6.5.2).</summary>
    private const int PairOverhead = 32;

    private const string Prefix = "snet-";

    public StringValues TypeValues;
    public StringValues IdValues;
    public StringValues NonceValues;
    public StringValues AmountValues;
    public StringValues SignatureValues;
    public StringValues TimeoutValues;

    /// <summary>Bytes of all metadata.</summary>
    public long Bytes;

    /// <summary>All headers, for payment kinds that read other keys.</summary>
    public IHeaderDictionary Headers;

    /// <summary>Whether there is any `snet-` key beside those of an escrow payment.</summary>
    public bool HasOthers;

    /// <summary>Whether the client wants to see the price of the call.</summary>
    public bool ShowsPrice;

    public static PaymentMetadata Read(IHeaderDictionary headers)
    {
        var metadata = new PaymentMetadata { Headers = headers };
        foreach (KeyValuePair<string, StringValues> header in headers)
        {
            string name = header.Key;
            StringValues values = header.Value;
            for (int i = 0; i < values.Count; i++)
            {
                metadata.Bytes += name.Length + (values[i]?.Length ?? 0) + PairOverhead;
            }

            if (name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            {
                metadata.Keep(name, values);
            }
            else if (name.Equals(GrpcHeaderNames.Timeout, StringComparison.OrdinalIgnoreCase))
            {
                metadata.TimeoutValues = values;
            }
        }

        return metadata;
    }

    private void Keep(string name, StringValues values)
    {
        // By length first: the names of a payment differ in it, so a call costs five comparisons and not thirty.
        switch (name.Length)
        {
            case 15 when Is(name, ShowPrice):
                ShowsPrice = true;
                HasOthers = true;
                break;
            case 17 when Is(name, Type):
                TypeValues = values;
                break;
            case 23 when Is(name, ChannelId):
                IdValues = values;
                break;
            case 26 when Is(name, ChannelNonce):
                NonceValues = values;
                break;
            case 27 when Is(name, ChannelAmount):
                AmountValues = values;
                break;
            case 34 when Is(name, ChannelSignature):
                SignatureValues = values;
                break;
            default:
                HasOthers = true;
                break;
        }
    }

    private static bool Is(string name, string key) => name.Equals(key, StringComparison.OrdinalIgnoreCase);
}

/// <summary>Metadata that belongs to a payment, or that only the gateway may set, and that is never forwarded from a client.</summary>
internal static class PaymentKeys
{
    /// <summary>The keys of an escrow payment: those that nearly every paid call has.</summary>
    private static readonly string[] s_escrow =
    [
        PaymentMetadata.Type,
        PaymentMetadata.ChannelId,
        PaymentMetadata.ChannelNonce,
        PaymentMetadata.ChannelAmount,
        PaymentMetadata.ChannelSignature,
    ];

    private static readonly string[] s_others =
    [
        PaymentMetadata.UserAddress,
        "snet-daemon-debug", // set by the reference daemon
        "snet-payment-mpe-address",
        PaymentMetadata.FreeCallUserAddress,
        PaymentMetadata.FreeCallUserId,
        PaymentMetadata.FreeCallToken,
        "snet-free-call-token-expiry-block",
        PaymentMetadata.CurrentBlock,
        "snet-prepaid-auth-token-bin",
        PaymentMetadata.ShowPrice,
    ];

    /// <summary>All of them.</summary>
    public static IReadOnlySet<string> All { get; } = s_escrow.Concat(s_others).ToHashSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Removes the payment from a request, and the payer's address, which only the gateway may set.</summary>
    /// <param name="headers">The request's headers.</param>
    /// <param name="hasOthers">Whether there are keys beside those of an escrow payment (<see cref="PaymentMetadata.HasOthers"/>).</param>
    public static void RemoveFrom(IHeaderDictionary headers, bool hasOthers)
    {
        foreach (string key in s_escrow)
        {
            headers.Remove(key);
        }

        if (hasOthers)
        {
            foreach (string key in s_others)
            {
                headers.Remove(key);
            }
        }
    }
}
