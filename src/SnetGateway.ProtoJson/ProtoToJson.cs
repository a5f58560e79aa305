using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace SnetGateway.ProtoJson;

/// <summary>Converts the bytes of a message to JSON, with its fields ordered by number.</summary>
internal sealed class ProtoToJson(ProtoSchema schema, ProtoJsonOptions options, JsonPath path, Utf8JsonWriter writer)
{
    private int _depth;

    public void WriteMessage(ProtoMessageType type, ReadOnlySpan<byte> message)
    {
        if (++_depth > options.MaxDepth)
        {
            throw path.Error($"messages are nested more than {options.MaxDepth} levels deep");
        }

        switch (type.WellKnown)
        {
            case WellKnownType.Any:
                WriteAny(Any.Parser.ParseFrom(message));
                break;
            case WellKnownType.Duration:
                WriteText(Duration.Parser.ParseFrom(message), "the duration is out of range");
                break;
            case WellKnownType.FieldMask:
                WriteFieldMask(FieldMask.Parser.ParseFrom(message));
                break;
            case WellKnownType.ListValue:
                WriteRepeated(type.Fields[0], message, FieldIndex.Read(type, message, path).Find(0));
                break;
            case WellKnownType.Struct:
                WriteMap(type.Fields[0], message, FieldIndex.Read(type, message, path).Find(0));
                break;
            case WellKnownType.Timestamp:
                WriteText(Timestamp.Parser.ParseFrom(message), "the time is out of range");
                break;
            case WellKnownType.Value:
                WriteValue(type, message);
                break;
            case WellKnownType.Wrapper:
                WriteSingular(type.Fields[0], message, FieldIndex.Read(type, message, path).Find(0));
                break;
            default:
                writer.WriteStartObject();
                WriteFields(type, message);
                writer.WriteEndObject();
                break;
        }

        _depth--;
    }

    private void WriteFields(ProtoMessageType type, ReadOnlySpan<byte> message)
    {
        var index = FieldIndex.Read(type, message, path);
        foreach (ProtoField field in type.Fields)
        {
            ReadOnlySpan<(int Field, int Start, int Length, bool IsPacked)> places = index.Find(field.Index);
            bool isAbsent = places.IsEmpty || (IsScalarWithoutPresence(field) && IsDefault(field, message, places[^1]));
            if (isAbsent && (!options.IncludeDefaults || field.HasPresence))
            {
                continue;
            }

            if (field.Type == FieldType.Group)
            {
                throw path.Error("groups of proto2 cannot be expressed in JSON");
            }

            writer.WritePropertyName(options.OriginalNames ? field.OriginalNameText : field.JsonNameText);
            path.Enter(options.OriginalNames ? field.Name : field.JsonName);
            WriteField(field, message, places);
            path.Leave();
        }
    }

    private void WriteField(
        ProtoField field, ReadOnlySpan<byte> message, ReadOnlySpan<(int Field, int Start, int Length, bool IsPacked)> places)
    {
        if (field.IsMap)
        {
            WriteMap(field, message, places);
        }
        else if (field.IsRepeated)
        {
            WriteRepeated(field, message, places);
        }
        else
        {
            WriteSingular(field, message, places);
        }
    }

    /// <summary>Writes a field that may occur several times on the wire: the last value counts, and messages are merged.</summary>
    private void WriteSingular(
        ProtoField field, ReadOnlySpan<byte> message, ReadOnlySpan<(int Field, int Start, int Length, bool IsPacked)> places)
    {
        if (field.Type != FieldType.Message)
        {
            WriteScalar(field, places.IsEmpty ? default : message.Slice(places[^1].Start, places[^1].Length));
            return;
        }

        if (places.Length <= 1)
        {
            WriteMessage(field.Message!, places.IsEmpty ? default : message.Slice(places[0].Start, places[0].Length));
            return;
        }

        var whole = new List<byte>();
        foreach ((int Field, int Start, int Length, bool IsPacked) place in places)
        {
            // Each part is checked separately: an incomplete field at the end of one part would consume the beginning of the next.
            ReadOnlySpan<byte> part = message.Slice(place.Start, place.Length);
            for (var fields = new ProtoInput(part, path); !fields.IsAtEnd;)
            {
                fields.Skip(fields.ReadTag().Type);
            }

            whole.AddRange(part);
        }

        WriteMessage(field.Message!, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(whole));
    }

    private void WriteRepeated(
        ProtoField field, ReadOnlySpan<byte> message, ReadOnlySpan<(int Field, int Start, int Length, bool IsPacked)> places)
    {
        writer.WriteStartArray();
        int index = 0;
        foreach ((int Field, int Start, int Length, bool IsPacked) place in places)
        {
            ReadOnlySpan<byte> bytes = message.Slice(place.Start, place.Length);
            if (!place.IsPacked)
            {
                path.Enter(index++);
                WriteOne(field, bytes);
                path.Leave();
                continue;
            }

            var elements = new ProtoInput(bytes, path);
            while (!elements.IsAtEnd)
            {
                path.Enter(index++);
                (int start, int length) = elements.Skip(field.WireType);
                WriteScalar(field, bytes.Slice(start, length));
                path.Leave();
            }
        }

        writer.WriteEndArray();
    }

    private void WriteMap(
        ProtoField field, ReadOnlySpan<byte> message, ReadOnlySpan<(int Field, int Start, int Length, bool IsPacked)> places)
    {
        // When several entries have the same key, the last one counts.
        var entries = new Dictionary<string, (int Start, int Length)>(StringComparer.Ordinal);
        foreach ((int Field, int Start, int Length, bool IsPacked) place in places)
        {
            ReadOnlySpan<byte> entry = message.Slice(place.Start, place.Length);
            ReadOnlySpan<(int Field, int Start, int Length, bool IsPacked)> keys = FieldIndex.Read(field.Message!, entry, path)
                .Find(field.MapKey.Index);
            entries[ReadMapKey(field.MapKey, keys.IsEmpty ? default : entry.Slice(keys[^1].Start, keys[^1].Length))] = (place.Start,
                place.Length);
        }

        writer.WriteStartObject();
        foreach ((string? key, (int Start, int Length) place) in entries)
        {
            ReadOnlySpan<byte> entry = message.Slice(place.Start, place.Length);
            writer.WritePropertyName(key);
            path.Enter(key);
            WriteSingular(field.MapValue, entry, FieldIndex.Read(field.Message!, entry, path).Find(field.MapValue.Index));
            path.Leave();
        }

        writer.WriteEndObject();
    }

    private void WriteOne(ProtoField field, ReadOnlySpan<byte> bytes)
    {
        if (field.Type == FieldType.Message)
        {
            WriteMessage(field.Message!, bytes);
        }
        else
        {
            WriteScalar(field, bytes);
        }
    }

    /// <summary>Writes a value that is not a message. No bytes at all stand for the default value.</summary>
    private void WriteScalar(ProtoField field, ReadOnlySpan<byte> bytes)
    {
        switch (field.Type)
        {
            case FieldType.String:
                writer.WriteStringValue(CheckedText(bytes));
                break;
            case FieldType.Bytes:
                writer.WriteBase64StringValue(bytes);
                break;
            case FieldType.Double or FieldType.Float:
                WriteFloatingPoint(field.Type, ReadBits(field.Type, bytes));
                break;
            case FieldType.Bool:
                writer.WriteBooleanValue(ReadBits(field.Type, bytes) != 0);
                break;
            case FieldType.Enum:
                WriteEnum(field.Enum!, (int)ReadBits(field.Type, bytes));
                break;
            case FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 or FieldType.UInt64 or FieldType.Fixed64:
                writer.WriteStringValue(FormatInteger(field.Type, ReadBits(field.Type, bytes)));
                break;
            default:
                writer.WriteRawValue(FormatInteger(field.Type, ReadBits(field.Type, bytes)), skipInputValidation: true);
                break;
        }
    }

    private string ReadMapKey(ProtoField field, ReadOnlySpan<byte> bytes) => field.Type switch
    {
        FieldType.String => Encoding.UTF8.GetString(CheckedText(bytes)),
        FieldType.Bool => ReadBits(field.Type, bytes) != 0 ? "true" : "false",
        _ => FormatInteger(field.Type, ReadBits(field.Type, bytes)),
    };

    private ulong ReadBits(FieldType type, ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return 0;
        }

        var input = new ProtoInput(bytes, path);
        return type switch
        {
            FieldType.Double or FieldType.Fixed64 or FieldType.SFixed64 => input.ReadFixed64(),
            FieldType.Float or FieldType.Fixed32 or FieldType.SFixed32 => input.ReadFixed32(),
            _ => input.ReadVarint(),
        };
    }

    private double ReadDouble(ReadOnlySpan<byte> bytes) => BitConverter.UInt64BitsToDouble(ReadBits(FieldType.Double, bytes));

    private static string FormatInteger(FieldType type, ulong bits) => type switch
    {
        FieldType.Int32 or FieldType.SFixed32 => ((int)bits).ToString(CultureInfo.InvariantCulture),
        FieldType.SInt32 => ((int)((uint)bits >> 1) ^ -(int)(bits & 1)).ToString(CultureInfo.InvariantCulture),
        FieldType.UInt32 or FieldType.Fixed32 => ((uint)bits).ToString(CultureInfo.InvariantCulture),
        FieldType.Int64 or FieldType.SFixed64 => ((long)bits).ToString(CultureInfo.InvariantCulture),
        FieldType.SInt64 => ((long)(bits >> 1) ^ -(long)(bits & 1)).ToString(CultureInfo.InvariantCulture),
        _ => bits.ToString(CultureInfo.InvariantCulture),
    };

    private static bool IsScalarWithoutPresence(ProtoField field) =>
        !field.HasPresence && !field.IsRepeated && !field.IsMap && field.Type != FieldType.Message;

    private bool IsDefault(ProtoField field, ReadOnlySpan<byte> message, (int Field, int Start, int Length, bool IsPacked) place)
    {
        ReadOnlySpan<byte> bytes = message.Slice(place.Start, place.Length);
        return field.Type switch
        {
            FieldType.String or FieldType.Bytes => bytes.IsEmpty,
            FieldType.Enum or FieldType.Int32 or FieldType.UInt32 or FieldType.SInt32 => (uint)ReadBits(field.Type, bytes) == 0,
            _ => ReadBits(field.Type, bytes) == 0,
        };
    }

    private ReadOnlySpan<byte> CheckedText(ReadOnlySpan<byte> bytes) =>
        Utf8.IsValid(bytes) ? bytes : throw path.Error("the text is not valid UTF-8");

    private void WriteEnum(ProtoEnum type, int number)
    {
        if (type.IsNullValue)
        {
            writer.WriteNullValue();
        }
        else if (type.FindName(number) is { } name)
        {
            writer.WriteStringValue(name);
        }
        else
        {
            writer.WriteNumberValue(number);
        }
    }

    private void WriteFloatingPoint(FieldType type, ulong bits)
    {
        double value = type == FieldType.Float ? BitConverter.UInt32BitsToSingle((uint)bits) : BitConverter.UInt64BitsToDouble(bits);
        if (!double.IsFinite(value))
        {
            writer.WriteStringValue(double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
        }
        else if (type == FieldType.Float)
        {
            writer.WriteNumberValue((float)value);
        }
        else
        {
            writer.WriteNumberValue(value);
        }
    }

    private void WriteFieldMask(FieldMask mask)
    {
        IEnumerable<string> paths = mask.Paths.Select(
            part => FieldMaskPaths.Format(part) ?? throw path.Error("a path of the field mask cannot be expressed in JSON"));
        writer.WriteStringValue(string.Join(',', paths));
    }

    private void WriteValue(ProtoMessageType type, ReadOnlySpan<byte> message)
    {
        var index = FieldIndex.Read(type, message, path);
        foreach (ProtoField field in type.Fields)
        {
            ReadOnlySpan<(int Field, int Start, int Length, bool IsPacked)> places = index.Find(field.Index);
            if (!places.IsEmpty
                && (field.Type != FieldType.Double || double.IsFinite(ReadDouble(message.Slice(places[^1].Start, places[^1].Length)))))
            {
                WriteSingular(field, message, places);
                return;
            }
        }

        throw path.Error("a google.protobuf.Value is empty or not a finite number");
    }

    /// <summary>Writes a message that is a string in JSON, with the protobuf library's own formatter.</summary>
    private void WriteText(IMessage message, string otherwise)
    {
        try
        {
            writer.WriteRawValue(JsonFormatter.Default.Format(message));
        }
        catch (InvalidOperationException wrong)
        {
            throw path.Error(otherwise, wrong);
        }
    }

    private void WriteAny(Any any)
    {
        writer.WriteStartObject();
        if (any.TypeUrl.Length > 0 || !any.Value.IsEmpty)
        {
            int slash = any.TypeUrl.LastIndexOf('/');
            ProtoMessageType type = (slash < 0 ? null : schema.FindMessage(any.TypeUrl[(slash + 1)..]))
                ?? throw path.Error("the type of a google.protobuf.Any is not in this schema");
            writer.WriteString("@type"u8, any.TypeUrl);
            if (type.WellKnown == WellKnownType.None)
            {
                WriteFields(type, any.Value.Span);
            }
            else
            {
                writer.WritePropertyName("value"u8);
                path.Enter("value");
                WriteMessage(type, any.Value.Span);
                path.Leave();
            }
        }

        writer.WriteEndObject();
    }
}
