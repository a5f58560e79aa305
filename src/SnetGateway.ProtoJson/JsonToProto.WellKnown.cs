using System.Text.Json;
using Google.Protobuf;

namespace SnetGateway.ProtoJson;

/// <content>Messages of google.protobuf with a special JSON representation.</content>
internal ref partial struct JsonToProto
{
    private const string TypeProperty = "@type";
    private const string ValueProperty = "value";

    /// <summary>Reads a message that is a string in JSON, with the protobuf library's own parser.</summary>
    private void ReadText<T>(string what, string otherwise)
        where T : IMessage<T>, new()
    {
        try
        {
            output.WriteRaw(JsonParser.Default.Parse<T>($"\"{JsonEncodedText.Encode(ReadText(what))}\"").ToByteArray());
        }
        catch (InvalidProtocolBufferException wrong)
        {
            throw path.Error(otherwise, wrong);
        }
    }

    private void ReadFieldMask(ProtoMessageType type)
    {
        string text = ReadText("field names with commas between them");
        if (text.Length == 0)
        {
            return;
        }

        foreach (Range part in text.AsSpan().Split(','))
        {
            WriteTag(type.Fields[0], WireFormat.WireType.LengthDelimited);
            output.WriteText(
                FieldMaskPaths.Read(text.AsSpan()[part]) ?? throw path.Error("expected field names in camelCase with commas between them"));
        }
    }

    private void ReadValue(ProtoMessageType type)
    {
        string name = _json.TokenType switch
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
            // Directly as text: as a double, the strings NaN and Infinity would be numbers.
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
            // An empty Any is also written as {}.
            if (ReadProperty(out _))
            {
                throw path.Error("the property @type is missing");
            }

            return;
        }

        int slash = url.LastIndexOf('/');
        if (slash < 0 || schema.FindMessage(url[(slash + 1)..]) is not { } type)
        {
            throw path.Error("@type does not name a message of this schema");
        }

        output.WriteTag(1, WireFormat.WireType.LengthDelimited);
        output.WriteText(url);
        int before = output.Length;
        output.WriteTag(2, WireFormat.WireType.LengthDelimited);
        int begun = output.Begin();
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
        bool isRead = type.WellKnown == WellKnownType.Empty;
        while (ReadProperty(out string? name))
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
                throw path.Error($"{type.FullName} must be in a property named value");
            }
        }

        if (!isRead)
        {
            throw path.Error("the property value is missing");
        }
    }

    /// <summary>Searches ahead for <c>@type</c>, which may be anywhere in the object.</summary>
    private readonly string? FindTypeUrl()
    {
        Utf8JsonReader ahead = _json;
        string? url = null;
        while (ahead.Read() && ahead.TokenType == JsonTokenType.PropertyName)
        {
            bool isType = ahead.ValueTextEquals(TypeProperty);
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
}
