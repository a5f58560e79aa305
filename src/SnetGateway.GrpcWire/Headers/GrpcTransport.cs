namespace SnetGateway.GrpcWire.Headers;

/// <summary>The transport of a gRPC call, from its content type.</summary>
public enum GrpcTransport
{
    /// <summary>Not gRPC.</summary>
    None,

    /// <summary>gRPC over HTTP/2: <c>application/grpc</c>.</summary>
    Grpc,

    /// <summary>gRPC-Web with binary bodies: <c>application/grpc-web</c>.</summary>
    GrpcWeb,

    /// <summary>gRPC-Web with base64 bodies: <c>application/grpc-web-text</c>.</summary>
    GrpcWebText,
}
