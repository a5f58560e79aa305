using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Google.Protobuf;

namespace SnetGateway.ProtoJson;

/// <summary>
/// Converts JSON into protobuf and back by the canonical mapping of proto3, for messages known only by their descriptors.
/// Safe for use by many calls at once.
/// </summary>
/// <param name="schema">Where types named inside <c>google.protobuf.Any</c> are looked up.</param>
/// <param name="options">Choices of the mapping; the defaults when null.</param>
public sealed class ProtoJsonConverter(ProtoSchema schema, ProtoJsonOptions? options = null)
{
    // A message takes up to three levels of JSON: its object, and the list or map that it stands in.
    private const int JsonLevelsPerMessage = 3;

    private readonly ProtoJsonOptions _options = options ?? new ProtoJsonOptions();

    /// <summary>Reads JSON text in UTF-8 as a message of the type.</summary>
    /// <exception cref="ProtoJsonException">The text is no JSON, or does not fit the type.</exception>
    public byte[] ToProtobuf(ProtoMessageType type, ReadOnlySpan<byte> json)
    {
        var path = new JsonPath();
        var output = new ProtoOutput();
        var reader = new JsonToProto(json, new JsonReaderOptions { MaxDepth = _options.MaxDepth * JsonLevelsPerMessage }, schema, _options, path, output);
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

    /// <summary>Writes a message of the type as JSON text in UTF-8. Fields that the type does not have are left out.</summary>
    /// <exception cref="ProtoJsonException">The bytes are no message of the type, or hold a value that JSON has no form for.</exception>
    public byte[] ToJson(ProtoMessageType type, ReadOnlySpan<byte> protobuf)
    {
        var path = new JsonPath();
        var json = new ArrayBufferWriter<byte>();
        try
        {
            using var writer = new Utf8JsonWriter(json, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = (_options.MaxDepth + 1) * JsonLevelsPerMessage });
            new ProtoToJson(schema, _options, path, writer).WriteMessage(type, protobuf);
        }
        catch (InvalidProtocolBufferException broken)
        {
            throw path.Error("not valid protobuf", broken);
        }

        return json.WrittenSpan.ToArray();
    }
}
