using System.Collections;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace SnetGateway.Tests.ProtoJson;

/// <summary>Fills messages at random through their descriptors, edge values often.</summary>
internal sealed class KindsGenerator(Random random)
{
    private const int Deepest = 4;

    public Kinds Next() => (Kinds)Fill(Kinds.Descriptor, 0);

    private IMessage Fill(MessageDescriptor type, int depth)
    {
        switch (type.FullName)
        {
            case "google.protobuf.Timestamp":
                return new Timestamp { Seconds = random.NextInt64(-62_135_596_800, 253_402_300_800), Nanos = Nanos() };
            case "google.protobuf.Duration":
                long seconds = random.NextInt64(0, 1L << random.Next(1, 38));
                int sign = random.Next(2) == 0 ? 1 : -1;
                return new Duration { Seconds = sign * seconds, Nanos = sign * Nanos() };
            case "google.protobuf.FieldMask":
                return new FieldMask { Paths = { Enumerable.Range(0, random.Next(4))
                    .Select(_ => Pick("a", "user_name", "user_name.first_part", "x.y_z")) } };
            case "google.protobuf.Struct":
                return FillStruct(depth);
            case "google.protobuf.Value":
                return FillValue(depth);
            case "google.protobuf.ListValue":
                return new ListValue { Values = { Enumerable.Range(0, random.Next(3)).Select(_ => FillValue(depth + 1)) } };
            case "google.protobuf.Any":
                return random.Next(4) switch
                {
                    0 => Any.Pack(new Kinds { AString = Text(), AnInt64 = (long)Bits(64) }),
                    1 => Any.Pack(new Timestamp { Seconds = random.Next() }),
                    2 => Any.Pack(new StringValue { Value = Text() }, "example.org/some/types"),
                    _ => Any.Pack(Any.Pack(new Empty())),
                };
            default:
                IMessage message = type.Parser.ParseFrom([]);
                foreach (FieldDescriptor? field in type.Fields.InDeclarationOrder())
                {
                    if (random.Next(depth == 0 ? 3 : 12) == 0)
                    {
                        SetField(message, field, depth);
                    }
                }

                return message;
        }
    }

    private void SetField(IMessage message, FieldDescriptor field, int depth)
    {
        if (field.FieldType == FieldType.Message && depth >= Deepest)
        {
            return;
        }

        if (field.IsMap)
        {
            var map = (IDictionary)field.Accessor.GetValue(message);
            for (int count = random.Next(4); count > 0; count--)
            {
                map[Element(field.MessageType.FindFieldByNumber(1), depth)] = Element(field.MessageType.FindFieldByNumber(2), depth);
            }
        }
        else if (field.IsRepeated)
        {
            var list = (IList)field.Accessor.GetValue(message);
            for (int count = random.Next(4); count > 0; count--)
            {
                list.Add(Element(field, depth));
            }
        }
        else
        {
            field.Accessor.SetValue(message, Element(field, depth));
        }
    }

    private object Element(FieldDescriptor field, int depth) => field.FieldType switch
    {
        FieldType.Double => Double(),
        FieldType.Float => Single(),
        FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32 => (int)Bits(32),
        FieldType.UInt32 or FieldType.Fixed32 => (uint)Bits(32),
        FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 => (long)Bits(64),
        FieldType.UInt64 or FieldType.Fixed64 => Bits(64),
        FieldType.Bool => random.Next(2) == 0,
        FieldType.String => Text(),
        FieldType.Bytes => Bytes(),
        FieldType.Enum when field.EnumType.Name == nameof(NullValue) => NullValue.NullValue,
        FieldType.Enum => (Color)Pick(0, 1, 2, 100000, -7, 55),
        _ => Wrapped(field.MessageType, depth),
    };

    // The generated code shows wrappers as the values in them.
    private object Wrapped(MessageDescriptor type, int depth) => type.FullName switch
    {
        "google.protobuf.BoolValue" => random.Next(2) == 0,
        "google.protobuf.BytesValue" => Bytes(),
        "google.protobuf.DoubleValue" => Double(),
        "google.protobuf.FloatValue" => Single(),
        "google.protobuf.Int32Value" => (int)Bits(32),
        "google.protobuf.Int64Value" => (long)Bits(64),
        "google.protobuf.StringValue" => Text(),
        "google.protobuf.UInt32Value" => (uint)Bits(32),
        "google.protobuf.UInt64Value" => Bits(64),
        _ => Fill(type, depth + 1),
    };

    private Struct FillStruct(int depth)
    {
        var value = new Struct();
        for (int count = random.Next(3); count > 0; count--)
        {
            // The other implementation has no form for an empty key.
            value.Fields["k" + Text()] = FillValue(depth + 1);
        }

        return value;
    }

    private Value FillValue(int depth) => random.Next(depth > Deepest ? 4 : 6) switch
    {
        0 => Value.ForNull(),
        1 => Value.ForBool(random.Next(2) == 0),
        2 => Value.ForString(random.Next(4) == 0 ? "NaN" : Text()),
        3 => Value.ForNumber(random.NextDouble() * random.Next(1000)),
        4 => Value.ForStruct(FillStruct(depth + 1)),
        _ => Value.ForList([.. Enumerable.Range(0, random.Next(3)).Select(_ => FillValue(depth + 1))]),
    };

    private T Pick<T>(params T[] choices) => choices[random.Next(choices.Length)];

    private int Nanos() => Pick(0, 1, 999_999_999, 500_000_000, 1_000, random.Next(1_000_000_000), random.Next(1000) * 1_000_000);

    private ulong Bits(int width)
    {
        ulong value = Pick(
            0UL, 1UL, ulong.MaxValue, 1UL << (width - 1), (1UL << (width - 1)) - 1, (ulong)random.NextInt64() << 1,
            (ulong)random.NextInt64() >> random.Next(63));
        return width == 64 ? value : value & uint.MaxValue;
    }

    private double Double() => Pick(
        1d, -1.5, double.MaxValue, double.MinValue, double.Epsilon, double.NaN, double.PositiveInfinity, double.NegativeInfinity,
        random.NextDouble() + 0.1, Math.Pow(10, random.Next(-300, 300)));

    private float Single() => Pick(
        1f, -2.5f, float.MaxValue, float.MinValue, float.Epsilon, float.NaN, float.PositiveInfinity, float.NegativeInfinity,
        random.NextSingle() + 0.1f);

    private ByteString Bytes()
    {
        byte[] bytes = new byte[random.Next(12)];
        random.NextBytes(bytes);
        return ByteString.CopyFrom(bytes);
    }

    private string Text() => Pick(
        "", "a", "ü\"\\/\n\t\u0000", "😀<&>'", "\u2028 long " + new string('x', random.Next(300)),
        random.Next().ToString(System.Globalization.CultureInfo.InvariantCulture));
}
