using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SnetGateway.Gateway.Publishing;

/// <summary>Documents as people and tools read them: base64 and other texts without escapes that JSON does not need.</summary>
internal static class DocumentText
{
    private static readonly JsonSerializerOptions s_compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonSerializerOptions s_indented = new(s_compact) { WriteIndented = true };

    /// <summary>A document or a part of it on one line.</summary>
    public static string Of(JsonNode node) => node.ToJsonString(s_compact);

    /// <summary>A document on several lines.</summary>
    public static string Indented(JsonNode node) => node.ToJsonString(s_indented);
}
