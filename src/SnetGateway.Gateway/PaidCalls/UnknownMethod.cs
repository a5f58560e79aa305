using Grpc.Core;

namespace SnetGateway.Gateway.PaidCalls;

/// <summary>A request without a route: UNIMPLEMENTED for a gRPC client, 404 for others.</summary>
internal static class UnknownMethod
{
    public static Task Respond(HttpContext context)
    {
        if (CallShape.IsGrpc(context.Request))
        {
            GrpcStatusWriter.TryWrite(context, new Status(StatusCode.Unimplemented, "unknown method"));
        }
        else
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
        }

        return Task.CompletedTask;
    }
}
