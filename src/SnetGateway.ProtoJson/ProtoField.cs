using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace SnetGateway.ProtoJson;

/// <summary>A field of a message, with everything that reading and writing it needs.</summary>
internal sealed class ProtoField
{
    public ProtoField(FieldDescriptor descriptor, int index, int oneof, ProtoMessageType? message, ProtoEnum? enumeration)
    {
        Index = index;
        Oneof = oneof;
        Number = descriptor.FieldNumber;
        Name = descriptor.Name;
        JsonName = descriptor.JsonName;
        OriginalNameText = JsonEncodedText.Encode(Name);
        JsonNameText = JsonEncodedText.Encode(JsonName);

        // The descriptor library reports groups as messages.
        Type = descriptor.ToProto().Type == FieldDescriptorProto.Types.Type.Group ? FieldType.Group : descriptor.FieldType;
        IsMap = descriptor.IsMap;
        IsRepeated = descriptor.IsRepeated && !IsMap;

        // The descriptor reports lists of strings and messages as packed too.
        IsPacked = IsRepeated && IsPackable && descriptor.IsPacked;
        HasPresence = descriptor.HasPresence;
        Message = message;
        Enum = enumeration;
    }

    /// <summary>Its index among the fields of its message, which are ordered by number.</summary>
    public int Index { get; }

    /// <summary>Index of its oneof in the message, or -1.</summary>
    public int Oneof { get; }

    public int Number { get; }

    public string Name { get; }

    public string JsonName { get; }

    public JsonEncodedText OriginalNameText { get; }

    public JsonEncodedText JsonNameText { get; }

    public FieldType Type { get; }

    public bool IsMap { get; }

    public bool IsRepeated { get; }

    public bool IsPacked { get; }

    public bool HasPresence { get; }

    /// <summary>The message type; for a map, the type of its entries.</summary>
    public ProtoMessageType? Message { get; }

    public ProtoEnum? Enum { get; }

    public ProtoField MapKey => Message!.Fields[0];

    public ProtoField MapValue => Message!.Fields[1];

    /// <summary>True when JSON's null is a value of this type, and not a missing value.</summary>
    public bool TakesNull => Message?.WellKnown == WellKnownType.Value || Enum is { IsNullValue: true };

    public bool IsPackable => WireType is not WireFormat.WireType.LengthDelimited and not WireFormat.WireType.StartGroup;

    public WireFormat.WireType WireType => Type switch
    {
        FieldType.Double or FieldType.Fixed64 or FieldType.SFixed64 => WireFormat.WireType.Fixed64,
        FieldType.Float or FieldType.Fixed32 or FieldType.SFixed32 => WireFormat.WireType.Fixed32,
        FieldType.String or FieldType.Bytes or FieldType.Message => WireFormat.WireType.LengthDelimited,
        FieldType.Group => WireFormat.WireType.StartGroup,
        _ => WireFormat.WireType.Varint,
    };
}
