using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using SnetGateway.ProtoJson;

namespace SnetGateway.Tests.ProtoJson;

/// <summary>The schema of the test messages, with and without its imports in the set.</summary>
internal static class KindsSchema
{
    public static readonly ProtoSchema Schema = ProtoSchema.Load(DescriptorSet(withImports: true));

    public static readonly ProtoMessageType Type = Schema.FindMessage("snet.tests.kinds.Kinds")!;

    public static byte[] DescriptorSet(bool withImports)
    {
        var set = new FileDescriptorSet();
        set.File.Add(FileDescriptorProto.Parser.ParseFrom(KindsReflection.Descriptor.SerializedData));
        if (withImports)
        {
            set.File.AddRange(
                KindsReflection.Descriptor.Dependencies.Select(file => FileDescriptorProto.Parser.ParseFrom(file.SerializedData)));
        }

        return set.ToByteArray();
    }

    public static Kinds FromJson(string json, ProtoJsonOptions? options = null) =>
        Kinds.Parser.ParseFrom(new ProtoJsonConverter(Schema, options).ToProtobuf(Type, Encoding.UTF8.GetBytes(json)));

    public static string ToJson(byte[] message, ProtoJsonOptions? options = null) =>
        Encoding.UTF8.GetString(new ProtoJsonConverter(Schema, options).ToJson(Type, message));

    public static string ToJson(Kinds message, ProtoJsonOptions? options = null) => ToJson(message.ToByteArray(), options);
}
