namespace SnetGateway.GrpcWire.Statuses;

/// <summary>What an HTTP answer without <c>grpc-status</c> means to a gRPC client (gRPC's http-grpc-status-mapping).</summary>
public static class HttpStatusMapping
{
    /// <summary>The status code for an HTTP status; <see cref="GrpcStatusCode.Unknown"/> for everything the table does not name, 200 included.</summary>
    public static GrpcStatusCode ToGrpc(int httpStatus) => httpStatus switch
    {
        400 => GrpcStatusCode.Internal,
        401 => GrpcStatusCode.Unauthenticated,
        403 => GrpcStatusCode.PermissionDenied,
        404 => GrpcStatusCode.Unimplemented,
        429 or 502 or 503 or 504 => GrpcStatusCode.Unavailable,
        _ => GrpcStatusCode.Unknown,
    };
}
