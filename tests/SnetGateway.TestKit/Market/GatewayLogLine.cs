using System.Text.Json;

namespace SnetGateway.TestKit.Market;

/// <summary>A line of the gateway's log.</summary>
/// <param name="EventId">Its id; 0 for a line of the framework without one.</param>
/// <param name="Level">Information, Warning, Error and so on.</param>
/// <param name="Category">The logger's name.</param>
/// <param name="Message">Its text.</param>
/// <param name="Exception">The exception as one text, if there was one.</param>
/// <param name="Values">The values of the message, by their names.</param>
public sealed record GatewayLogLine(
    int EventId, string Level, string Category, string Message, string? Exception, IReadOnlyDictionary<string, string> Values)
{
    /// <summary>True for errors and critical lines.</summary>
    public bool IsError => Level is "Error" or "Fatal";

    internal static GatewayLogLine? Read(string line)
    {
        if (!line.StartsWith('{'))
        {
            return null;
        }

        using var parsed = JsonDocument.Parse(line);
        JsonElement root = parsed.RootElement;
        return new GatewayLogLine(
            root.TryGetProperty("EventId", out JsonElement id) ? id.GetInt32() : 0,
            root.TryGetProperty("@l", out JsonElement level) ? level.GetString()! : "Information",
            root.GetProperty("SourceContext").GetString()!,
            root.GetProperty("@m").GetString() ?? string.Empty,
            root.TryGetProperty("@x", out JsonElement exception) ? exception.GetString() : null,
            root.EnumerateObject().Where(value => value.Name[0] != '@').ToDictionary(value => value.Name, value => value.Value.ToString()));
    }
}
