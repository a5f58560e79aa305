using Grpc.Core;

namespace SnetGateway.Gateway.PaidCalls;

/// <summary>A request that no route takes: UNIMPLEMENTED to a gRPC client, 404 to everyone else.</summary>
internal static class UnknownMethod
{
    public static Task Answer(HttpContext context)
    {
        if (CallShape.IsGrpc(context.Request))
        {
            GrpcStatusWriter.TryWrite(context, new Status(StatusCode.Unimplemented, "no service has this method here"));
        }
        else
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
        }

        return Task.CompletedTask;
    }
}
