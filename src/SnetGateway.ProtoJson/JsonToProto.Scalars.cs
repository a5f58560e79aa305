using System.Numerics;
using System.Text.Json;
using Google.Protobuf.Reflection;

namespace SnetGateway.ProtoJson;

/// <content>Scalar and enum values. Each method that writes returns whether it was the default value of its type.</content>
internal ref partial struct JsonToProto
{
    private readonly bool WriteBool(bool value)
    {
        output.WriteVarint(value ? 1u : 0u);
        return !value;
    }

    private readonly bool WriteInteger(FieldType type, ReadOnlySpan<byte> text)
    {
        (Int128 least, Int128 most) = type switch
        {
            FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32 => ((Int128)int.MinValue, (Int128)int.MaxValue),
            FieldType.UInt32 or FieldType.Fixed32 => (0, uint.MaxValue),
            FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 => (long.MinValue, long.MaxValue),
            FieldType.UInt64 or FieldType.Fixed64 => (0, ulong.MaxValue),
            _ => throw path.Error("groups of proto2 cannot be expressed in JSON"),
        };
        if (!JsonNumbers.TryReadInteger(text, out Int128 value) || value < least || value > most)
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
                string name = ReadText("a name");
                if (!type.TryGetNumber(name, out number))
                {
                    throw path.Error($"{type.FullName} has no value with this name");
                }

                break;
            case JsonTokenType.Number when JsonNumbers.TryReadInteger(_json.ValueSpan, out Int128 value)
                && value >= int.MinValue
                && value <= int.MaxValue:
                number = (int)value;
                break;
            default:
                throw path.Error($"expected a name or number of {type.FullName}");
        }

        output.WriteVarint((ulong)number);
        return number == 0;
    }

    private readonly bool ReadDouble()
    {
        ulong bits = BitConverter.DoubleToUInt64Bits(ReadFloatingPoint<double>("double"));
        output.WriteFixed64(bits);
        return bits == 0;
    }

    private readonly bool ReadSingle()
    {
        uint bits = BitConverter.SingleToUInt32Bits(ReadFloatingPoint<float>("float"));
        output.WriteFixed32(bits);
        return bits == 0;
    }

    private readonly T ReadFloatingPoint<T>(string type)
        where T : struct, IFloatingPointIeee754<T>
    {
        bool isText = _json.TokenType == JsonTokenType.String;
        if (!isText && _json.TokenType != JsonTokenType.Number)
        {
            throw path.Error("expected a number");
        }

        return isText && _json.ValueTextEquals("NaN"u8) ? T.NaN
            : isText && _json.ValueTextEquals("Infinity"u8) ? T.PositiveInfinity
            : isText && _json.ValueTextEquals("-Infinity"u8) ? T.NegativeInfinity
            : JsonNumbers.TryReadFinite<T>(_json.ValueIsEscaped ? [] : _json.ValueSpan, out T value) ? value
            : throw path.Error($"expected a number in the range of a {type}");
    }

    private readonly bool WriteBase64(string text)
    {
        // Both base64 alphabets are accepted, with or without padding.
        string standard = text.AsSpan().IndexOfAny('-', '_') < 0 ? text : text.Replace('-', '+').Replace('_', '/');
        if (!standard.Contains('=', StringComparison.Ordinal))
        {
            standard = standard.PadRight((standard.Length + 3) / 4 * 4, '=');
        }

        // Convert skips white space, which JSON's mapping does not allow.
        byte[] bytes = new byte[standard.Length / 4 * 3];
        if (standard.AsSpan().ContainsAny(" \t\r\n") || !Convert.TryFromBase64String(standard, bytes, out int written))
        {
            throw path.Error("the string is not base64");
        }

        output.WriteBytes(bytes.AsSpan(0, written));
        return written == 0;
    }
}
