using Grpc.Core;

namespace SnetGateway.GrpcWire.Statuses;

/// <summary>The gRPC status for an HTTP response without <c>grpc-status</c> (gRPC's http-grpc-status-mapping).</summary>
public static class HttpStatusMapping
{
    /// <summary>
    /// The status code for an HTTP status; <see cref="StatusCode.Unknown"/> for everything that the table does not name, including 200.
    /// </summary>
    public static StatusCode ToGrpc(int httpStatus) => httpStatus switch
    {
        400 => StatusCode.Internal,
        401 => StatusCode.Unauthenticated,
        403 => StatusCode.PermissionDenied,
        404 => StatusCode.Unimplemented,
        429 or 502 or 503 or 504 => StatusCode.Unavailable,
        _ => StatusCode.Unknown,
    };
}
