namespace SnetGateway.ProtoJson;

/// <summary>The messages of package <c>google.protobuf</c> with a special JSON representation.</summary>
internal enum WellKnownType
{
    None,
    Any,
    Duration,
    Empty,
    FieldMask,
    ListValue,
    Struct,
    Timestamp,
    Value,
    Wrapper,
}
