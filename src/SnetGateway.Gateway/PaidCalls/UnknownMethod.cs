using Grpc.Core;
using SnetGateway.Payments.Values;

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

    /// <summary>
    /// A control service that the gateway does not offer, on a service's route (docs/protocol/control-services.md, 'Which are offered').
    /// </summary>
    public static Task RefuseControl(HttpContext context)
    {
        if (CallShape.Refuse(context, needsProtobuf: true) is null)
        {
            string service = PrintableText.Of(context.Request.Path.Value!.Split('/')[1]);
            GrpcStatusWriter.TryWrite(context, new Status(StatusCode.Unimplemented, $"the service {service} is not offered"));
        }

        return Task.CompletedTask;
    }
}
