using Microsoft.AspNetCore.Routing;

namespace SnetGateway.Grpc.Server;

/// <summary>Adds gRPC services to ASP.NET Core routing.</summary>
public static class GrpcEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Claims all of <c>/service/</c>: methods mapped on the result are served, every other one is <c>UNIMPLEMENTED</c>.
    /// </summary>
    /// <param name="endpoints">An application, or a group of endpoints that share hosts or policies.</param>
    /// <param name="service">The full name of the service, <c>package.Service</c>.</param>
    /// <param name="options">Limits; the defaults when null.</param>
    public static GrpcServiceEndpoints MapGrpcService(this IEndpointRouteBuilder endpoints, string service, GrpcEndpointOptions? options = null) =>
        new(endpoints, service, options ?? new GrpcEndpointOptions());
}
