using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace SnetGateway.ProtoJson;

/// <summary>
/// Converts JSON to protobuf in one pass. Each method that reads a value begins at its first token and ends at its last.
/// </summary>
internal ref partial struct JsonToProto(
    ReadOnlySpan<byte> json, JsonReaderOptions readerOptions, ProtoSchema schema, ProtoJsonOptions options, JsonPath path,
    ProtoOutput output)
{
    private const int SeenBitsOnStack = 256;
    private const int BitsPerWord = 64;

    private Utf8JsonReader _json = new(json, readerOptions);
    private int _depth;

    public void Read(ProtoMessageType type)
    {
        _json.Read();
        ReadMessage(type);

        // A reader over a whole text throws if anything but white space follows the value.
        _json.Read();
    }

    private void ReadMessage(ProtoMessageType type)
    {
        if (++_depth > options.MaxDepth)
        {
            throw path.Error($"messages are nested more than {options.MaxDepth} levels deep");
        }

        switch (type.WellKnown)
        {
            case WellKnownType.Any:
                ReadAny();
                break;
            case WellKnownType.Duration:
                ReadText<Duration>("a duration", "expected seconds such as 1.5s, of at most 315576000000");
                break;
            case WellKnownType.FieldMask:
                ReadFieldMask(type);
                break;
            case WellKnownType.ListValue:
                ReadRepeated(type.Fields[0]);
                break;
            case WellKnownType.Struct:
                ReadMap(type.Fields[0]);
                break;
            case WellKnownType.Timestamp:
                ReadText<Timestamp>("a time", "expected a time such as 2020-01-31T12:00:00.5Z, in the years 1 to 9999");
                break;
            case WellKnownType.Value:
                ReadValue(type);
                break;
            case WellKnownType.Wrapper:
                ReadSingular(type.Fields[0]);
                break;
            default:
                ReadFields(type, isInsideAny: false);
                break;
        }

        _depth--;
    }

    private void ReadFields(ProtoMessageType type, bool isInsideAny)
    {
        Expect(JsonTokenType.StartObject, $"an object for {type.FullName}");
        int bits = type.Fields.Length + type.OneofCount;
        Span<ulong> seen = bits <= SeenBitsOnStack ? stackalloc ulong[SeenBitsOnStack / BitsPerWord] : new ulong[(bits / BitsPerWord) + 1];
        while (ReadProperty(out string? name))
        {
            int at = path.Length;
            path.Enter(name);
            if (type.Find(name) is { } field)
            {
                if (_json.TokenType != JsonTokenType.Null || (field.TakesNull && !field.IsRepeated && !field.IsMap))
                {
                    MarkSeen(seen, field.Index, "the field is given twice");
                    if (field.Oneof >= 0)
                    {
                        MarkSeen(seen, type.Fields.Length + field.Oneof, "another field of the same oneof is already given");
                    }

                    ReadField(field);
                }
            }
            else if ((isInsideAny && name == TypeProperty) || options.IgnoreUnknownFields)
            {
                _json.Skip();
            }
            else
            {
                throw path.Error($"{type.FullName} does not have this field");
            }

            path.Return(at);
        }
    }

    private readonly void MarkSeen(Span<ulong> seen, int bit, string otherwise)
    {
        ulong mask = 1UL << (bit % BitsPerWord);
        if ((seen[bit / BitsPerWord] & mask) != 0)
        {
            throw path.Error(otherwise);
        }

        seen[bit / BitsPerWord] |= mask;
    }

    private void ReadField(ProtoField field)
    {
        if (field.IsMap)
        {
            ReadMap(field);
        }
        else if (field.IsRepeated)
        {
            ReadRepeated(field);
        }
        else
        {
            ReadSingular(field);
        }
    }

    private void ReadSingular(ProtoField field)
    {
        int before = output.Length;
        WriteTag(field, field.WireType);
        if (ReadElement(field) && !field.HasPresence)
        {
            output.Truncate(before);
        }
    }

    private void ReadRepeated(ProtoField field)
    {
        Expect(JsonTokenType.StartArray, "a list");
        int before = output.Length;
        int packed = 0;
        if (field.IsPacked)
        {
            WriteTag(field, WireFormat.WireType.LengthDelimited);
            packed = output.Begin();
        }

        int index = 0;
        for (; ReadToken() != JsonTokenType.EndArray; index++)
        {
            path.Enter(index);
            RefuseNull(field);
            if (!field.IsPacked)
            {
                WriteTag(field, field.WireType);
            }

            ReadElement(field);
            path.Leave();
        }

        if (field.IsPacked)
        {
            output.End(packed);
            if (index == 0)
            {
                output.Truncate(before);
            }
        }
    }

    private void ReadMap(ProtoField field)
    {
        Expect(JsonTokenType.StartObject, "an object");
        HashSet<string>? keys = null;
        while (ReadProperty(out string? key))
        {
            path.Enter(key);
            if (!(keys ??= new HashSet<string>(StringComparer.Ordinal)).Add(key))
            {
                throw path.Error("the key is given twice");
            }

            WriteTag(field, WireFormat.WireType.LengthDelimited);
            int entry = output.Begin();
            WriteTag(field.MapKey, field.MapKey.WireType);
            WriteMapKey(field.MapKey, key);
            RefuseNull(field.MapValue);
            WriteTag(field.MapValue, field.MapValue.WireType);
            ReadElement(field.MapValue);
            output.End(entry);
            path.Leave();
        }
    }

    /// <summary>Writes one value without its tag. Returns true when it is the default of its type.</summary>
    private bool ReadElement(ProtoField field)
    {
        switch (field.Type)
        {
            case FieldType.Message:
                int begun = output.Begin();
                ReadMessage(field.Message!);
                output.End(begun);
                return false;
            case FieldType.String:
                string text = ReadText("a string");
                output.WriteText(text);
                return text.Length == 0;
            case FieldType.Bytes:
                return WriteBase64(ReadText("base64 in a string"));
            case FieldType.Bool:
                return WriteBool(_json.TokenType switch
                {
                    JsonTokenType.True => true,
                    JsonTokenType.False => false,
                    _ => throw path.Error("expected true or false"),
                });
            case FieldType.Enum:
                return ReadEnum(field.Enum!);
            case FieldType.Double:
                return ReadDouble();
            case FieldType.Float:
                return ReadSingle();
            default:
                return _json.TokenType switch
                {
                    JsonTokenType.Number => WriteInteger(field.Type, _json.ValueSpan),
                    JsonTokenType.String => WriteInteger(field.Type, Encoding.UTF8.GetBytes(ReadText("an integer"))),
                    _ => throw path.Error("expected an integer, as a number or in a string"),
                };
        }
    }

    private readonly void WriteMapKey(ProtoField field, string key)
    {
        switch (field.Type)
        {
            case FieldType.String:
                output.WriteText(key);
                break;
            case FieldType.Bool:
                WriteBool(key switch { "true" => true, "false" => false, _ => throw path.Error("the key must be true or false") });
                break;
            default:
                WriteInteger(field.Type, Encoding.UTF8.GetBytes(key));
                break;
        }
    }

    private readonly void WriteTag(ProtoField field, WireFormat.WireType type)
    {
        if (type == WireFormat.WireType.StartGroup)
        {
            throw path.Error("groups of proto2 cannot be expressed in JSON");
        }

        output.WriteTag(field.Number, type);
    }

    private readonly void RefuseNull(ProtoField field)
    {
        if (_json.TokenType == JsonTokenType.Null && !field.TakesNull)
        {
            throw path.Error("null is not allowed in a list or map");
        }
    }

    private readonly void Expect(JsonTokenType token, string what)
    {
        if (_json.TokenType != token)
        {
            throw path.Error($"expected {what}");
        }
    }

    private JsonTokenType ReadToken()
    {
        _json.Read();
        return _json.TokenType;
    }

    /// <summary>Reads a property's name and moves to its value; false at the end of the object.</summary>
    private bool ReadProperty(out string name)
    {
        if (ReadToken() == JsonTokenType.EndObject)
        {
            name = string.Empty;
            return false;
        }

        name = GetText(ref _json);
        _json.Read();
        return true;
    }

    private string ReadText(string what)
    {
        Expect(JsonTokenType.String, what);
        return GetText(ref _json);
    }

    private readonly string GetText(ref Utf8JsonReader json)
    {
        try
        {
            return json.GetString()!;
        }
        catch (InvalidOperationException broken)
        {
            throw path.Error("the text is not valid Unicode", broken);
        }
    }
}
