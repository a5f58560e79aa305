namespace SnetGateway.ProtoJson;

/// <summary>A method of a <see cref="ProtoSchema"/>.</summary>
/// <param name="Path">The full path as on the wire, <c>/package.Service/Method</c>.</param>
/// <param name="Input">The type of its requests.</param>
/// <param name="Output">The type of its responses.</param>
/// <param name="StreamsRequests">True when there may be many requests.</param>
/// <param name="StreamsResponses">True when there may be many responses.</param>
public sealed record ProtoMethod(string Path, ProtoMessageType Input, ProtoMessageType Output, bool StreamsRequests, bool StreamsResponses);
