using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using SnetGateway.Grpc.Headers;

namespace SnetGateway.Grpc.Json;

/// <summary>
/// One pass over JSON that writes protobuf. Each method that reads a value begins on its first token and ends on its last.
/// </summary>
internal ref struct JsonToProto(ReadOnlySpan<byte> json, JsonReaderOptions readerOptions, ProtoSchema schema, ProtoJsonOptions options, JsonPath path, ProtoOutput output)
{
    private const int SeenBitsOnStack = 256;
    private const int BitsPerWord = 64;
    private const string TypeProperty = "@type";
    private const string ValueProperty = "value";

    private Utf8JsonReader _json = new(json, readerOptions);
    private int _depth;

    public void Read(ProtoMessageType type)
    {
        _json.Read();
        ReadMessage(type);

        // A reader over a whole text throws if anything but white space follows.
        _json.Read();
    }

    private void ReadMessage(ProtoMessageType type)
    {
        if (++_depth > options.MaxDepth)
        {
            throw path.Error($"messages lie more than {options.MaxDepth} deep in each other");
        }

        switch (type.WellKnown)
        {
            case WellKnownType.Any:
                ReadAny();
                break;
            case WellKnownType.Duration:
                ReadDuration();
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
                ReadTimestamp();
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
        var bits = type.Fields.Length + type.OneofCount;
        var seen = bits <= SeenBitsOnStack ? stackalloc ulong[SeenBitsOnStack / BitsPerWord] : new ulong[(bits / BitsPerWord) + 1];
        while (ReadProperty(out var name))
        {
            var at = path.Length;
            path.Enter(name);
            if (type.Find(name) is { } field)
            {
                if (_json.TokenType != JsonTokenType.Null || (field.TakesNull && !field.IsRepeated && !field.IsMap))
                {
                    MarkSeen(seen, field.Index, "the field is given twice");
                    if (field.Oneof >= 0)
                    {
                        MarkSeen(seen, type.Fields.Length + field.Oneof, "another field of the same oneof is given already");
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
                throw path.Error($"{type.FullName} has no such field");
            }

            path.Return(at);
        }
    }

    private readonly void MarkSeen(Span<ulong> seen, int bit, string otherwise)
    {
        var mask = 1UL << (bit % BitsPerWord);
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
        var before = output.Length;
        WriteTag(field, field.WireType);
        if (ReadElement(field) && !field.HasPresence)
        {
            output.Truncate(before);
        }
    }

    private void ReadRepeated(ProtoField field)
    {
        Expect(JsonTokenType.StartArray, "a list");
        var before = output.Length;
        var packed = 0;
        if (field.IsPacked)
        {
            WriteTag(field, WireFormat.WireType.LengthDelimited);
            packed = output.Begin();
        }

        var index = 0;
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
        while (ReadProperty(out var key))
        {
            path.Enter(key);
            if (!(keys ??= new HashSet<string>(StringComparer.Ordinal)).Add(key))
            {
                throw path.Error("the key is given twice");
            }

            WriteTag(field, WireFormat.WireType.LengthDelimited);
            var entry = output.Begin();
            WriteTag(field.MapKey, field.MapKey.WireType);
            WriteMapKey(field.MapKey, key);
            RefuseNull(field.MapValue);
            WriteTag(field.MapValue, field.MapValue.WireType);
            ReadElement(field.MapValue);
            output.End(entry);
            path.Leave();
        }
    }

    /// <summary>Writes one value without its tag; true when it is the default of its type.</summary>
    private bool ReadElement(ProtoField field)
    {
        switch (field.Type)
        {
            case FieldType.Message:
                var begun = output.Begin();
                ReadMessage(field.Message!);
                output.End(begun);
                return false;
            case FieldType.String:
                var text = ReadText("a string");
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
                    JsonTokenType.String => WriteInteger(field.Type, ReadText("an integer")),
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
                WriteInteger(field.Type, key);
                break;
        }
    }

    private readonly bool WriteBool(bool value)
    {
        output.WriteVarint(value ? 1u : 0u);
        return !value;
    }

    private readonly bool WriteInteger(FieldType type, string text)
    {
        Span<byte> utf8 = stackalloc byte[64];
        if (!System.Text.Encoding.UTF8.TryGetBytes(text, utf8, out var length))
        {
            throw path.Error("the integer is too long");
        }

        return WriteInteger(type, utf8[..length]);
    }

    private readonly bool WriteInteger(FieldType type, ReadOnlySpan<byte> text)
    {
        var (least, most) = type switch
        {
            FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32 => ((Int128)int.MinValue, (Int128)int.MaxValue),
            FieldType.UInt32 or FieldType.Fixed32 => (0, uint.MaxValue),
            FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 => (long.MinValue, long.MaxValue),
            FieldType.UInt64 or FieldType.Fixed64 => (0, ulong.MaxValue),
            _ => throw path.Error("groups of proto2 have no form in JSON"),
        };
        if (!JsonNumbers.TryReadInteger(text, out var value) || value < least || value > most)
        {
            throw path.Error($"expected an integer from {least} to {most}");
        }

        switch (type)
        {
            case FieldType.Int32 or FieldType.Int64:
                output.WriteVarint((ulong)(long)value);
                break;
            case FieldType.UInt32 or FieldType.UInt64:
                output.WriteVarint((ulong)value);
                break;
            case FieldType.SInt32:
                output.WriteVarint((uint)(((int)value << 1) ^ ((int)value >> 31)));
                break;
            case FieldType.SInt64:
                output.WriteVarint((ulong)(((long)value << 1) ^ ((long)value >> 63)));
                break;
            case FieldType.Fixed32:
                output.WriteFixed32((uint)value);
                break;
            case FieldType.SFixed32:
                output.WriteFixed32((uint)(int)value);
                break;
            case FieldType.Fixed64:
                output.WriteFixed64((ulong)value);
                break;
            default:
                output.WriteFixed64((ulong)(long)value);
                break;
        }

        return value == 0;
    }

    private bool ReadEnum(ProtoEnum type)
    {
        int number;
        switch (_json.TokenType)
        {
            case JsonTokenType.Null when type.IsNullValue:
                number = 0;
                break;
            case JsonTokenType.String:
                var name = ReadText("a name");
                if (!type.TryGetNumber(name, out number))
                {
                    throw path.Error($"{type.FullName} has no value of this name");
                }

                break;
            case JsonTokenType.Number when JsonNumbers.TryReadInteger(_json.ValueSpan, out var value) && value >= int.MinValue && value <= int.MaxValue:
                number = (int)value;
                break;
            default:
                throw path.Error($"expected a name or number of {type.FullName}");
        }

        output.WriteVarint((ulong)number);
        return number == 0;
    }

    private bool ReadDouble()
    {
        double value;
        var isNumber = _json.TokenType switch
        {
            JsonTokenType.Number => JsonNumbers.TryReadDouble(_json.ValueSpan, out value),
            JsonTokenType.String => TryReadNotFinite(out value) || JsonNumbers.TryReadDouble(_json.ValueIsEscaped ? [] : _json.ValueSpan, out value),
            _ => throw path.Error("expected a number"),
        };
        if (!isNumber)
        {
            throw path.Error("expected a number in the range of a double");
        }

        var bits = BitConverter.DoubleToUInt64Bits(value);
        output.WriteFixed64(bits);
        return bits == 0;
    }

    private bool ReadSingle()
    {
        float value;
        bool isNumber;
        switch (_json.TokenType)
        {
            case JsonTokenType.Number:
                isNumber = JsonNumbers.TryReadSingle(_json.ValueSpan, out value);
                break;
            case JsonTokenType.String:
                isNumber = TryReadNotFinite(out var special);
                value = (float)special;
                isNumber = isNumber || JsonNumbers.TryReadSingle(_json.ValueIsEscaped ? [] : _json.ValueSpan, out value);
                break;
            default:
                throw path.Error("expected a number");
        }

        if (!isNumber)
        {
            throw path.Error("expected a number in the range of a float");
        }

        var bits = BitConverter.SingleToUInt32Bits(value);
        output.WriteFixed32(bits);
        return bits == 0;
    }

    private readonly bool TryReadNotFinite(out double value)
    {
        value = _json.ValueTextEquals("NaN"u8) ? double.NaN
            : _json.ValueTextEquals("Infinity"u8) ? double.PositiveInfinity
            : _json.ValueTextEquals("-Infinity"u8) ? double.NegativeInfinity
            : 0;
        return value != 0;
    }

    private readonly bool WriteBase64(string text)
    {
        // Both alphabets are read; the padding may be there or not.
        var standard = text.AsSpan().IndexOfAny('-', '_') < 0 ? text : text.Replace('-', '+').Replace('_', '/');
        var bytes = new byte[BinaryMetadata.MaxDecodedLength(standard.Length)];
        if (!BinaryMetadata.TryDecode(standard, bytes, out var written))
        {
            throw path.Error("the string is not base64");
        }

        output.WriteBytes(bytes.AsSpan(0, written));
        return written == 0;
    }

    private void ReadTimestamp()
    {
        if (!WellKnownTexts.TryReadTimestamp(ReadText("a time"), out var seconds, out var nanos))
        {
            throw path.Error("expected a time such as 2020-01-31T12:00:00.5Z, in the years 1 to 9999");
        }

        WriteSecondsAndNanos(seconds, nanos);
    }

    private void ReadDuration()
    {
        if (!WellKnownTexts.TryReadDuration(ReadText("a duration"), out var seconds, out var nanos))
        {
            throw path.Error("expected seconds such as 1.5s, of at most 315576000000");
        }

        WriteSecondsAndNanos(seconds, nanos);
    }

    private readonly void WriteSecondsAndNanos(long seconds, int nanos)
    {
        if (seconds != 0)
        {
            output.WriteTag(1, WireFormat.WireType.Varint);
            output.WriteVarint((ulong)seconds);
        }

        if (nanos != 0)
        {
            output.WriteTag(2, WireFormat.WireType.Varint);
            output.WriteVarint((ulong)nanos);
        }
    }

    private void ReadFieldMask(ProtoMessageType type)
    {
        var text = ReadText("field names with commas between them");
        if (text.Length == 0)
        {
            return;
        }

        foreach (var part in text.AsSpan().Split(','))
        {
            WriteTag(type.Fields[0], WireFormat.WireType.LengthDelimited);
            output.WriteText(WellKnownTexts.ReadMaskPath(text.AsSpan()[part]) ?? throw path.Error("expected field names in camelCase with commas between them"));
        }
    }

    private void ReadValue(ProtoMessageType type)
    {
        var name = _json.TokenType switch
        {
            JsonTokenType.Null => "null_value",
            JsonTokenType.Number => "number_value",
            JsonTokenType.String => "string_value",
            JsonTokenType.True or JsonTokenType.False => "bool_value",
            JsonTokenType.StartObject => "struct_value",
            _ => "list_value",
        };
        if (_json.TokenType == JsonTokenType.String)
        {
            // Straight away: as a double the strings NaN and Infinity would be numbers.
            output.WriteTag(3, WireFormat.WireType.LengthDelimited);
            output.WriteText(ReadText("a string"));
            return;
        }

        ReadSingular(type.Find(name)!);
    }

    private void ReadAny()
    {
        Expect(JsonTokenType.StartObject, "an object with a property @type");
        if (FindTypeUrl() is not { } url)
        {
            // An Any that says nothing is written as {} too.
            if (ReadProperty(out _))
            {
                throw path.Error("the property @type is missing");
            }

            return;
        }

        var slash = url.LastIndexOf('/');
        if (slash < 0 || schema.FindMessage(url[(slash + 1)..]) is not { } type)
        {
            throw path.Error("@type names no message of this schema");
        }

        output.WriteTag(1, WireFormat.WireType.LengthDelimited);
        output.WriteText(url);
        var before = output.Length;
        output.WriteTag(2, WireFormat.WireType.LengthDelimited);
        var begun = output.Begin();
        if (type.WellKnown == WellKnownType.None)
        {
            ReadFields(type, isInsideAny: true);
        }
        else
        {
            ReadAnyValue(type);
        }

        output.End(begun);
        if (output.Length == begun + 1)
        {
            output.Truncate(before);
        }
    }

    private void ReadAnyValue(ProtoMessageType type)
    {
        var isRead = type.WellKnown == WellKnownType.Empty;
        while (ReadProperty(out var name))
        {
            if (name == ValueProperty)
            {
                path.Enter(name);
                ReadMessage(type);
                path.Leave();
                isRead = true;
            }
            else if (name == TypeProperty || options.IgnoreUnknownFields)
            {
                _json.Skip();
            }
            else
            {
                path.Enter(name);
                throw path.Error($"{type.FullName} stands in a property named value");
            }
        }

        if (!isRead)
        {
            throw path.Error("the property value is missing");
        }
    }

    /// <summary>Looks ahead for <c>@type</c>, which may stand anywhere in the object.</summary>
    private readonly string? FindTypeUrl()
    {
        var ahead = _json;
        string? url = null;
        while (ahead.Read() && ahead.TokenType == JsonTokenType.PropertyName)
        {
            var isType = ahead.ValueTextEquals(TypeProperty);
            ahead.Read();
            if (!isType)
            {
                ahead.Skip();
                continue;
            }

            if (url is not null)
            {
                throw path.Error("@type is given twice");
            }

            url = ahead.TokenType == JsonTokenType.String ? GetText(ref ahead) : throw path.Error("@type must be a string");
        }

        return url;
    }

    private readonly void WriteTag(ProtoField field, WireFormat.WireType type)
    {
        if (type == WireFormat.WireType.StartGroup)
        {
            throw path.Error("groups of proto2 have no form in JSON");
        }

        output.WriteTag(field.Number, type);
    }

    private readonly void RefuseNull(ProtoField field)
    {
        if (_json.TokenType == JsonTokenType.Null && !field.TakesNull)
        {
            throw path.Error("null cannot stand in a list or map");
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

    /// <summary>Reads a property's name and goes to its value; false at the end of the object.</summary>
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
