using Grpc.Core;

namespace SnetGateway.GrpcWire.Statuses;

/// <summary>The gRPC status for an HTTP/2 stream reset (gRPC over HTTP/2, "Errors").</summary>
public static class Http2ErrorMapping
{
    /// <summary>The status code for an HTTP/2 error code (RFC 9113, section 7).</summary>
    public static StatusCode ToGrpc(long errorCode) => errorCode switch
    {
        0x7 => StatusCode.Unavailable, // REFUSED_STREAM: nothing was processed
        0x8 => StatusCode.Cancelled, // CANCEL
        0xB => StatusCode.ResourceExhausted, // ENHANCE_YOUR_CALM
        0xC => StatusCode.PermissionDenied, // INADEQUATE_SECURITY
        _ => StatusCode.Internal,
    };
}
