using Grpc.Core;
using Grpc.Health.V1;
using Grpc.HealthCheck;
using SnetGateway.EchoService.Protocol;

namespace SnetGateway.EchoService;

/// <summary>What a test asks of a running service: to change what it answers about its health, and how many calls it has had.</summary>
internal sealed class ControlMethods(HealthServiceImpl health, CallCounter counts) : EchoControl.EchoControlBase
{
    public override Task<ServingState> SetServing(ServingState request, ServerCallContext context)
    {
        SetServing(health, request.Serving);
        return Task.FromResult(request);
    }

    public override Task<CallCounts> GetCalls(CallsRequest request, ServerCallContext context) => Task.FromResult(counts.Read());

    /// <summary>Sets the health of the whole server and of the Echo service.</summary>
    public static void SetServing(HealthServiceImpl health, bool serving)
    {
        HealthCheckResponse.Types.ServingStatus status = serving
            ? HealthCheckResponse.Types.ServingStatus.Serving
            : HealthCheckResponse.Types.ServingStatus.NotServing;
        health.SetStatus(string.Empty, status);
        health.SetStatus("example.Echo", status);
    }
}
