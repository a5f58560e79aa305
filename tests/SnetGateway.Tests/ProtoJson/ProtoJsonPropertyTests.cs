using System.Text;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using SnetGateway.ProtoJson;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.ProtoJson;

/// <summary>Our mapping, which knows descriptors only, against Google.Protobuf's, which knows the generated types.</summary>
[Trait("Needs", "time")]
public sealed class ProtoJsonPropertyTests(ITestOutputHelper output)
{
    private static readonly TypeRegistry s_types = TypeRegistry.FromFiles(KindsReflection.Descriptor);
    private static readonly JsonParser s_theirParser = new(JsonParser.Settings.Default.WithTypeRegistry(s_types));

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void ToJson_GeneratedMessages_SameAsTheOtherImplementation(bool originalNames, bool includeDefaults)
    {
        var generator = new KindsGenerator(Seeds.Random(output.WriteLine));
        var options = new ProtoJsonOptions { OriginalNames = originalNames, IncludeDefaults = includeDefaults };
        var theirs = new JsonFormatter(JsonFormatter.Settings.Default.WithTypeRegistry(s_types)
            .WithPreserveProtoFieldNames(originalNames)
            .WithFormatDefaultValues(includeDefaults));
        for (int round = 0; round < 1_500; round++)
        {
            Kinds message = generator.Next();
            string json = KindsSchema.ToJson(message, options);
            string expected = theirs.Format(message);
            Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(json)), $"{expected}\n{json}");
            Assert.Equal(message, s_theirParser.Parse<Kinds>(json));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ToProtobuf_GeneratedMessages_SameAsTheOtherImplementation(bool originalNames)
    {
        var generator = new KindsGenerator(Seeds.Random(output.WriteLine));
        var theirs = new JsonFormatter(JsonFormatter.Settings.Default.WithTypeRegistry(s_types).WithPreserveProtoFieldNames(originalNames));
        for (int round = 0; round < 3_000; round++)
        {
            Kinds message = generator.Next();
            Assert.Equal(message, KindsSchema.FromJson(theirs.Format(message)));
            Assert.Equal(message, KindsSchema.FromJson(KindsSchema.ToJson(message, new ProtoJsonOptions { IncludeDefaults = true })));
        }
    }

    [Fact]
    public void ToProtobuf_DamagedJson_AnErrorWithAPathOrAMessage()
    {
        Random random = Seeds.Random(output.WriteLine);
        var generator = new KindsGenerator(random);
        var converter = new ProtoJsonConverter(KindsSchema.Schema);
        int refused = 0;
        for (int round = 0; round < 1_000; round++)
        {
            byte[] json = Encoding.UTF8.GetBytes(KindsSchema.ToJson(generator.Next()));
            for (int damage = 0; damage < 50; damage++)
            {
                byte[] damaged = Damage(json, random, "{}[]\",:0-9.eEnulltrue\\u");
                try
                {
                    Kinds.Parser.ParseFrom(converter.ToProtobuf(KindsSchema.Type, damaged));
                }
                catch (ProtoJsonException told)
                {
                    Assert.StartsWith("$", told.Path, StringComparison.Ordinal);
                    refused++;
                }
            }
        }

        Assert.InRange(refused, 5_000, 50_000);
    }

    [Fact]
    public void ToJson_DamagedMessages_AnErrorOrWhatTheOtherImplementationReads()
    {
        Random random = Seeds.Random(output.WriteLine);
        var generator = new KindsGenerator(random);
        var converter = new ProtoJsonConverter(KindsSchema.Schema);
        int compared = 0;
        for (int round = 0; round < 1_000; round++)
        {
            byte[] message = generator.Next().ToByteArray();
            for (int damage = 0; damage < 50; damage++)
            {
                byte[] damaged = Damage(message, random, null);
                byte[] json;
                Kinds expected;
                try
                {
                    json = converter.ToJson(KindsSchema.Type, damaged);
                }
                catch (ProtoJsonException)
                {
                    continue;
                }

                try
                {
                    expected = Kinds.Parser.WithDiscardUnknownFields(true).ParseFrom(damaged);
                }
                catch (Exception refused) when (refused is InvalidProtocolBufferException or InvalidOperationException)
                {
                    // Of parts that a later one replaces we look at the fields only, and the other implementation at all. Some broken
                    // wrappers it refuses with an exception that is not meant for them.
                    continue;
                }

                // What we write is the message that they read from the bytes.
                Kinds seen = Kinds.Parser.ParseFrom(converter.ToProtobuf(KindsSchema.Type, json));
                TakeLastWrappers(expected, seen);
                if (!expected.Equals(seen) && !SaysTheSame(expected, seen))
                {
                    Assert.Fail($"{Convert.ToHexString(damaged)}\n{expected}\n{Encoding.UTF8.GetString(json)}");
                }

                compared++;
            }
        }

        output.WriteLine($"{compared} compared");
        Assert.InRange(compared, 1_000, 50_000);
    }

    // Equal but for what JSON does not tell apart: the bits of a NaN, and the many ways to write the bytes inside an Any.
    private static bool SaysTheSame(Kinds expected, Kinds seen)
    {
        try
        {
            string text = expected.ToString();
            return text == seen.ToString() || text.Contains("@type", StringComparison.Ordinal);
        }
        catch (InvalidOperationException)
        {
            // The other implementation has no form for a struct with an empty key.
            return true;
        }
    }

    /// <summary>
    /// Of a wrapper that is given twice the last value counts, as of every field. The other implementation passes over a last one that is
    /// 0, empty or false (others, C++ and Python among them, do not), so there ours is taken.
    /// </summary>
    private static void TakeLastWrappers(IMessage expected, IMessage seen)
    {
        foreach (FieldDescriptor? field in expected.Descriptor.Fields.InDeclarationOrder())
        {
            if (field.FieldType != FieldType.Message
                || field.IsRepeated
                || field.Accessor.GetValue(expected) is not { } theirs
                || field.Accessor.GetValue(seen) is not { } ours)
            {
                continue;
            }

            if (theirs is IMessage inner)
            {
                TakeLastWrappers(inner, (IMessage)ours);
            }
            else if (ours is 0 or 0u or 0L or 0UL or 0f or 0d or false or "" || ours is ByteString { IsEmpty: true })
            {
                field.Accessor.SetValue(expected, ours);
            }
        }
    }

    private static byte[] Damage(byte[] whole, Random random, string? alphabet)
    {
        List<byte> bytes = whole.ToList();
        for (int count = random.Next(1, 4); count > 0 && bytes.Count > 0; count--)
        {
            int at = random.Next(bytes.Count);
            byte next = alphabet is not null && random.Next(3) > 0 ? (byte)alphabet[random.Next(alphabet.Length)] : (byte)random.Next(256);
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] = next;
                    break;
                case 1:
                    bytes.Insert(at, next);
                    break;
                case 2:
                    bytes.RemoveAt(at);
                    break;
                default:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
            }
        }

        return [.. bytes];
    }
}
