using System.Text.Json;

namespace SnetGateway.Gateway.Cli;

/// <summary>Splits a text into consecutive JSON values.</summary>
internal static class JsonValues
{
    /// <summary>The bytes of each value. Throws <see cref="JsonException"/> where the text is not JSON.</summary>
    public static IReadOnlyList<byte[]> Split(ReadOnlySpan<byte> text)
    {
        var values = new List<byte[]>();
        var reader = new Utf8JsonReader(text, new JsonReaderOptions { AllowMultipleValues = true });
        while (reader.Read())
        {
            int start = (int)reader.TokenStartIndex;
            reader.Skip();
            values.Add(text[start..(int)reader.BytesConsumed].ToArray());
        }

        return values;
    }
}
