using Google.Protobuf.Reflection;

namespace SnetGateway.ProtoJson;

/// <summary>A message type of a <see cref="ProtoSchema"/>.</summary>
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

    /// <summary>True for <c>google.protobuf.Empty</c>.</summary>
    public bool IsEmpty => WellKnown == WellKnownType.Empty;

    internal WellKnownType WellKnown { get; }

    /// <summary>The fields, ordered by number.</summary>
    internal ProtoField[] Fields { get; private set; } = [];

    /// <summary>Number of oneofs, without those of proto3's <c>optional</c>.</summary>
    internal int OneofCount { get; private set; }

    /// <summary>The field that holds one text or sequence of bytes, if there is exactly one such field.</summary>
    public ProtoTextField? FindOnlyText()
    {
        ProtoField[] found = [.. Fields.Where(field => !field.IsRepeated && field.Type is (FieldType.String or FieldType.Bytes)).Take(2)];
        return found is [var field] ? new ProtoTextField(field.Number, field.Type == FieldType.Bytes) : null;
    }

    internal ProtoField? Find(int number) => _byNumber.GetValueOrDefault(number);

    /// <summary>Finds a field by its original name or its JSON name.</summary>
    internal ProtoField? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Second step of building a schema, when all types that a field could refer to exist.</summary>
    internal void SetFields(ProtoField[] fields, int oneofCount)
    {
        Fields = fields;
        OneofCount = oneofCount;
        foreach (ProtoField field in fields)
        {
            _byNumber[field.Number] = field;
            _byName[field.JsonName] = field;
        }

        // When one field's original name is another field's JSON name, the JSON name wins: it is the canonical spelling.
        foreach (ProtoField field in fields)
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
