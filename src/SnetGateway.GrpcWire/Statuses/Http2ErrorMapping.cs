namespace SnetGateway.GrpcWire.Statuses;

/// <summary>What an HTTP/2 stream reset means to a gRPC client (gRPC over HTTP/2, "Errors").</summary>
public static class Http2ErrorMapping
{
    /// <summary>The status code for an HTTP/2 error code (RFC 9113, section 7).</summary>
    public static GrpcStatusCode ToGrpc(long errorCode) => errorCode switch
    {
        0x7 => GrpcStatusCode.Unavailable, // REFUSED_STREAM: nothing was processed
        0x8 => GrpcStatusCode.Cancelled, // CANCEL
        0xB => GrpcStatusCode.ResourceExhausted, // ENHANCE_YOUR_CALM
        0xC => GrpcStatusCode.PermissionDenied, // INADEQUATE_SECURITY
        _ => GrpcStatusCode.Internal,
    };
}
