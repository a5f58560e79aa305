using System.Text.Json;

namespace SnetGateway.Gateway.Acme;

/// <summary>A problem document (RFC 8555, section 6.7).</summary>
internal static class AcmeProblem
{
    private const string Prefix = "urn:ietf:params:acme:error:";

    /// <summary>The exception for a response that is an error. The body need not be a problem document.</summary>
    public static AcmeException Read(int status, ReadOnlyMemory<byte> body, TimeSpan? retryAfter)
    {
        (string type, string detail) = ("", "");
        try
        {
            (type, detail) = AcmeJson.Read(body, "a problem", static root => (TypeOf(root), AcmeJson.Text(root, "detail") ?? ""));
        }
        catch (AcmeException)
        {
            // An error page, of a proxy for example: the status has to do.
        }

        return new AcmeException($"the authority responded {status} {type}: {AcmeJson.Clean(detail)}", type, retryAfter);
    }

    /// <summary>The `error` of an object, in words; empty where there is none.</summary>
    public static string Describe(JsonElement element) =>
        element.TryGetProperty("error", out JsonElement error) && error.ValueKind == JsonValueKind.Object
            ? $"{TypeOf(error)}: {AcmeJson.Clean(AcmeJson.Text(error, "detail") ?? "")}"
            : "";

    private static string TypeOf(JsonElement error) =>
        AcmeJson.Text(error, "type") is { } type && type.StartsWith(Prefix, StringComparison.Ordinal)
            && AcmeToken.IsValid(type.AsSpan(Prefix.Length))
            ? type[Prefix.Length..]
            : "";
}
