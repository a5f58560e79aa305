namespace SnetGateway.ProtoJson;

/// <summary>The messages of package <c>google.protobuf</c> that have a JSON form of their own.</summary>
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
