namespace SnetGateway.ProtoJson;

/// <summary>A method out of a <see cref="ProtoSchema"/>.</summary>
/// <param name="Path">The full name as on the wire, <c>/package.Service/Method</c>.</param>
/// <param name="Input">The type of its requests.</param>
/// <param name="Output">The type of its responses.</param>
/// <param name="StreamsRequests">Whether there may be many requests.</param>
/// <param name="StreamsResponses">Whether there may be many responses.</param>
public sealed record ProtoMethod(string Path, ProtoMessageType Input, ProtoMessageType Output, bool StreamsRequests, bool StreamsResponses);
