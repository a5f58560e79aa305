using Microsoft.Extensions.Primitives;
using SnetGateway.GrpcWire.Headers;

namespace SnetGateway.Gateway.Prices;

/// <summary>The client's metadata that a price method gets: all but the payment and what belongs to the client's connection.</summary>
internal static class PriceMetadata
{
    private static readonly HashSet<string> s_ofTheConnection = new(StringComparer.OrdinalIgnoreCase)
    {
        "host", "te", "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade", "expect", "content-type",
        "content-length", "accept-encoding", GrpcHeaderNames.Timeout, GrpcHeaderNames.AcceptEncoding, GrpcHeaderNames.Encoding,
    };

    /// <param name="headers">The request's headers.</param>
    /// <param name="withheld">Keys of payments.</param>
    public static List<KeyValuePair<string, string>> Of(IHeaderDictionary headers, IReadOnlySet<string> withheld)
    {
        var metadata = new List<KeyValuePair<string, string>>();
        foreach ((string key, StringValues values) in headers)
        {
            if (key.StartsWith(':') || s_ofTheConnection.Contains(key) || withheld.Contains(key))
            {
                continue;
            }

            foreach (string? value in values)
            {
                metadata.Add(KeyValuePair.Create(key, value ?? string.Empty));
            }
        }

        return metadata;
    }
}
