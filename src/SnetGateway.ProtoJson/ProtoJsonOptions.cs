namespace SnetGateway.ProtoJson;

/// <summary>Choices that the JSON mapping of protobuf leaves open.</summary>
public sealed record ProtoJsonOptions
{
    /// <summary>
    /// Write field names as the proto file spells them (<c>user_id</c>) and not as <c>json_name</c> does (<c>userId</c>). Default false.
    /// Both are read.
    /// </summary>
    public bool OriginalNames { get; init; }

    /// <summary>Write fields without presence also where they have their default value. Default false.</summary>
    public bool IncludeDefaults { get; init; }

    /// <summary>Ignore JSON properties that are not a field. Default false: they are errors.</summary>
    public bool IgnoreUnknownFields { get; init; }

    /// <summary>Maximum nesting of messages, 1 to 1,000. Default 100, as in protobuf's own readers.</summary>
    public int MaxDepth { get; init; } = 100;
}
