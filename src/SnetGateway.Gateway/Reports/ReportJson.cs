using System.Text.Encodings.Web;
using System.Text.Json;

namespace SnetGateway.Gateway.Reports;

/// <summary>Reports as JSON, on one line. Amounts in them are strings: most readers of JSON cannot hold such large numbers.</summary>
internal static class ReportJson
{
    private static readonly JsonSerializerOptions s_options =
        new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What <see cref="Write"/> wrote. Throws <see cref="JsonException"/>.</summary>
    public static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, s_options) ?? throw new JsonException("It is null.");

    public static string Write<T>(T report) => JsonSerializer.Serialize(report, s_options);
}
