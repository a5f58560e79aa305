using Grpc.Core;

namespace SnetGateway.Grpc.Client;

/// <summary>The answer to a call that ended well with one message.</summary>
/// <param name="Message">The message.</param>
/// <param name="Headers">Metadata sent before it.</param>
/// <param name="Trailers">Metadata sent after it.</param>
public sealed record GrpcResponse<T>(T Message, Metadata Headers, Metadata Trailers);
