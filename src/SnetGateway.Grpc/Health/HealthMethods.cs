using SnetGateway.Grpc.Client;

namespace SnetGateway.Grpc.Health;

/// <summary>The methods of <c>grpc.health.v1.Health</c>, for a <see cref="GrpcClient"/> that probes others.</summary>
public static class HealthMethods
{
    /// <summary>Asks once.</summary>
    public static GrpcMethod<HealthCheckRequest, HealthCheckResponse> Check { get; } =
        GrpcMethod.Protobuf<HealthCheckRequest, HealthCheckResponse>($"/{HealthEndpoints.Service}/Check");

    /// <summary>Asks to be told of every change.</summary>
    public static GrpcMethod<HealthCheckRequest, HealthCheckResponse> Watch { get; } =
        GrpcMethod.Protobuf<HealthCheckRequest, HealthCheckResponse>($"/{HealthEndpoints.Service}/Watch");
}
