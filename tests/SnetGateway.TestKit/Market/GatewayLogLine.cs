using System.Text.Json;

namespace SnetGateway.TestKit.Market;

/// <summary>A line of the gateway's log.</summary>
/// <param name="EventId">Its id; 0 where the framework gave none.</param>
/// <param name="Level">Information, Warning, Error and so on.</param>
/// <param name="Category">Who wrote it.</param>
/// <param name="Message">Its text.</param>
/// <param name="Exception">The exception as one text, if there was one.</param>
public sealed record GatewayLogLine(int EventId, string Level, string Category, string Message, string? Exception)
{
    /// <summary>Whether somebody should look.</summary>
    public bool IsError => Level is "Error" or "Critical";

    internal static GatewayLogLine? Read(string line)
    {
        if (!line.StartsWith('{'))
        {
            return null;
        }

        using var parsed = JsonDocument.Parse(line);
        JsonElement root = parsed.RootElement;
        return new GatewayLogLine(
            root.GetProperty("EventId").GetInt32(),
            root.GetProperty("LogLevel").GetString()!,
            root.GetProperty("Category").GetString()!,
            root.GetProperty("Message").GetString() ?? string.Empty,
            root.TryGetProperty("Exception", out JsonElement exception) ? exception.GetString() : null);
    }
}
