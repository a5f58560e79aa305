using Google.Protobuf;
using SnetGateway.Grpc.Messages;

namespace SnetGateway.Grpc.Client;

/// <summary>A method to be called: where it is, and what its messages are.</summary>
/// <param name="Path">The full name as on the wire, <c>/package.Service/Method</c>.</param>
/// <param name="Requests">How requests are written.</param>
/// <param name="Responses">How responses are read.</param>
public sealed record GrpcMethod<TRequest, TResponse>(string Path, GrpcMarshaller<TRequest> Requests, GrpcMarshaller<TResponse> Responses);

/// <summary>Makes methods of the two kinds in use.</summary>
public static class GrpcMethod
{
    /// <summary>A method whose messages are generated protobuf types.</summary>
    public static GrpcMethod<TRequest, TResponse> Protobuf<TRequest, TResponse>(string path)
        where TRequest : IMessage<TRequest>, new()
        where TResponse : IMessage<TResponse>, new() =>
        new(path, GrpcMarshallers.Protobuf<TRequest>(), GrpcMarshallers.Protobuf<TResponse>());

    /// <summary>A method whose messages pass as bytes.</summary>
    public static GrpcMethod<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> Bytes(string path) =>
        new(path, GrpcMarshallers.Bytes, GrpcMarshallers.Bytes);
}
