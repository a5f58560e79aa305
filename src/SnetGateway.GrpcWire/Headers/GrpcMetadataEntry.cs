namespace SnetGateway.GrpcWire.Headers;

/// <summary>One name and value of metadata, as it stands on the wire.</summary>
/// <param name="Name">The name in lower case.</param>
/// <param name="Value">The text; of a name ending in <c>-bin</c>, base64.</param>
public readonly record struct GrpcMetadataEntry(string Name, string Value);
