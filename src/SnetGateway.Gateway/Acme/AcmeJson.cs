using System.Text.Json;
using SnetGateway.Gateway.Validation;

namespace SnetGateway.Gateway.Acme;

/// <summary>Reads the authority's responses. Any response gives a value or an <see cref="AcmeException"/>.</summary>
internal static class AcmeJson
{
    private const int MaxText = 200;

    public static T Read<T>(ReadOnlyMemory<byte> body, string what, Func<JsonElement, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 16 });
            return document.RootElement.ValueKind == JsonValueKind.Object ? read(document.RootElement) : throw Invalid(what);
        }
        catch (Exception exception) when (
            exception is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw Invalid(what);
        }
    }

    /// <summary>A text; null where it is missing.</summary>
    public static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>A URL that must be there.</summary>
    public static Uri Url(JsonElement element, string name) => Url(element.GetProperty(name));

    /// <summary>A URL; null where it is missing.</summary>
    public static Uri? UrlOrNone(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? Url(value) : null;

    public static Uri Url(JsonElement value) =>
        Uri.TryCreate(value.GetString(), UriKind.Absolute, out Uri? url) && url.Scheme is "https" or "http"
            ? url
            : throw new FormatException();

    /// <summary>A text of the authority for a log line: short, and without characters that control a terminal.</summary>
    public static string Clean(string text) => ErrorList.Clean(text.Length <= MaxText ? text : text[..MaxText]);

    private static AcmeException Invalid(string what) => new($"the authority sent {what} that cannot be read");
}
