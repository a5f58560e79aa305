using System.Text.Encodings.Web;
using System.Text.Json;
using Google.Protobuf;

namespace SnetGateway.ProtoJson;

/// <summary>
/// Converts JSON to protobuf and back by the canonical mapping of proto3, for messages known only by their descriptors. Safe for concurrent
/// use.
/// </summary>
/// <param name="schema">Contains the types that may be in a <c>google.protobuf.Any</c>.</param>
/// <param name="options">Options of the mapping; null for the defaults.</param>
public sealed class ProtoJsonConverter(ProtoSchema schema, ProtoJsonOptions? options = null)
{
    // A message takes up to three levels of JSON: its object, and the list or map that contains it.
    private const int JsonLevelsPerMessage = 3;

    private readonly ProtoJsonOptions _options = options ?? new ProtoJsonOptions();

    /// <summary>Converts a JSON text in UTF-8 to a message of the type.</summary>
    /// <exception cref="ProtoJsonException">The text is not JSON, or does not match the type.</exception>
    public byte[] ToProtobuf(ProtoMessageType type, ReadOnlySpan<byte> json)
    {
        var path = new JsonPath();
        var output = new ProtoOutput();
        var reader = new JsonToProto(
            json, new JsonReaderOptions { MaxDepth = _options.MaxDepth * JsonLevelsPerMessage }, schema, _options, path, output);
        try
        {
            reader.Read(type);
        }
        catch (JsonException broken)
        {
            throw path.Error($"not valid JSON at line {broken.LineNumber + 1}, byte {broken.BytePositionInLine + 1}", broken);
        }

        return output.ToArray();
    }

    /// <summary>Converts a message of the type to a JSON text in UTF-8. Unknown fields are omitted.</summary>
    /// <param name="type">The type.</param>
    /// <param name="protobuf">The message.</param>
    /// <param name="maxBytes">The longest text. Writing ends some KiB after it is exceeded.</param>
    /// <exception cref="ProtoJsonException">The bytes are not a message of the type, or contain a value that JSON cannot
    /// express.</exception>
    /// <exception cref="JsonTooLongException">The text would be longer than <paramref name="maxBytes"/>.</exception>
    public byte[] ToJson(ProtoMessageType type, ReadOnlySpan<byte> protobuf, long maxBytes = long.MaxValue)
    {
        var path = new JsonPath();
        var json = new JsonOutput(maxBytes);
        try
        {
            using var writer = new Utf8JsonWriter(json, new JsonWriterOptions
            {
                Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
                MaxDepth = (_options.MaxDepth + 1) * JsonLevelsPerMessage,
            });
            new ProtoToJson(schema, _options, path, writer).WriteMessage(type, protobuf);
        }
        catch (InvalidProtocolBufferException broken)
        {
            throw path.Error("not valid protobuf", broken);
        }

        return json.ToArray();
    }
}
