using Google.Protobuf.Reflection;

namespace SnetGateway.ProtoJson;

/// <summary>A message type out of a <see cref="ProtoSchema"/>.</summary>
public sealed class ProtoMessageType
{
    private readonly Dictionary<int, ProtoField> _byNumber = [];
    private readonly Dictionary<string, ProtoField> _byName = new(StringComparer.Ordinal);

    internal ProtoMessageType(MessageDescriptor descriptor)
    {
        FullName = descriptor.FullName;
        WellKnown = FindWellKnown(descriptor);
    }

    /// <summary>The full name, <c>package.Message</c>.</summary>
    public string FullName { get; }

    /// <summary>Whether it is <c>google.protobuf.Empty</c>, which has nothing to say.</summary>
    public bool IsEmpty => WellKnown == WellKnownType.Empty;

    internal WellKnownType WellKnown { get; }

    /// <summary>The fields in the order of their numbers.</summary>
    internal ProtoField[] Fields { get; private set; } = [];

    /// <summary>How many oneofs there are, those of proto3's <c>optional</c> not counted.</summary>
    internal int OneofCount { get; private set; }

    internal ProtoField? Find(int number) => _byNumber.GetValueOrDefault(number);

    /// <summary>By the original name or the JSON name.</summary>
    internal ProtoField? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Second step of making a schema, when every type that a field could name is known.</summary>
    internal void SetFields(ProtoField[] fields, int oneofCount)
    {
        Fields = fields;
        OneofCount = oneofCount;
        foreach (var field in fields)
        {
            _byNumber[field.Number] = field;
            _byName[field.JsonName] = field;
        }

        // An original name gives way to another field's JSON name, which is the canonical spelling.
        foreach (var field in fields)
        {
            _byName.TryAdd(field.Name, field);
        }
    }

    private static WellKnownType FindWellKnown(MessageDescriptor descriptor) => descriptor.FullName switch
    {
        "google.protobuf.Any" => WellKnownType.Any,
        "google.protobuf.Duration" => WellKnownType.Duration,
        "google.protobuf.Empty" => WellKnownType.Empty,
        "google.protobuf.FieldMask" => WellKnownType.FieldMask,
        "google.protobuf.ListValue" => WellKnownType.ListValue,
        "google.protobuf.Struct" => WellKnownType.Struct,
        "google.protobuf.Timestamp" => WellKnownType.Timestamp,
        "google.protobuf.Value" => WellKnownType.Value,
        "google.protobuf.BoolValue" or "google.protobuf.BytesValue" or "google.protobuf.DoubleValue" or "google.protobuf.FloatValue"
            or "google.protobuf.Int32Value" or "google.protobuf.Int64Value" or "google.protobuf.StringValue"
            or "google.protobuf.UInt32Value" or "google.protobuf.UInt64Value" => WellKnownType.Wrapper,
        _ => WellKnownType.None,
    };
}
