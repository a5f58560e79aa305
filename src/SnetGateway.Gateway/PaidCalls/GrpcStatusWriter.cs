using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;
using SnetGateway.GrpcWire.Headers;
using SnetGateway.GrpcWire.Statuses;

namespace SnetGateway.Gateway.PaidCalls;

/// <summary>Writes the gateway's own status: into the headers if they have not been sent, otherwise into the trailers.</summary>
internal static class GrpcStatusWriter
{
    /// <summary>
    /// Ends the response with this status. False when it can no longer be sent: the headers have been sent and the connection has no
    /// trailers.
    /// </summary>
    public static bool TryWrite(HttpContext context, Status status)
    {
        HttpResponse response = context.Response;
        IHeaderDictionary? trailers = context.Features.Get<IHttpResponseTrailersFeature>()?.Trailers;
        if (trailers is { IsReadOnly: false, Count: > 0 })
        {
            trailers.Clear();
        }

        IHeaderDictionary? target = trailers;
        if (!response.HasStarted)
        {
            target = response.Headers;
            target.Clear();
            response.StatusCode = StatusCodes.Status200OK;
            response.ContentType = GrpcContentType.Grpc;
        }

        if (target is null || target.IsReadOnly)
        {
            return false;
        }

        target[GrpcHeaderNames.Status] = GrpcStatusText.Of(status.StatusCode);
        if (!string.IsNullOrEmpty(status.Detail))
        {
            target[GrpcHeaderNames.Message] = GrpcMessage.Encode(status.Detail);
        }

        return true;
    }

    /// <summary>Refuses a request that is not a gRPC call with an HTTP status, and with the reason for a gRPC client.</summary>
    public static void WriteHttp(HttpContext context, int httpStatus, Status status)
    {
        TryWrite(context, status);
        context.Response.StatusCode = httpStatus;
        context.Response.Headers.ContentType = default;
        context.Response.ContentLength = 0;
    }
}
