using Grpc.AspNetCore.Server;
using Grpc.Core;
using Grpc.Reflection.V1;
using Microsoft.Extensions.DependencyInjection.Extensions;
using SnetGateway.Gateway.Health;
using SnetGateway.Gateway.Health.Heartbeats;
using SnetGateway.Gateway.PaidCalls;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace SnetGateway.Gateway.Control;

/// <summary>The gRPC services that the gateway has itself, on Grpc.AspNetCore.</summary>
internal static class OwnServices
{
    /// <summary>The longest response message: descriptors of the services behind the gateway, by reflection.</summary>
    private const int MaxResponseBytes = 4 * 1024 * 1024;

    /// <summary>All of them. No service behind the gateway can take their names.</summary>
    public static IReadOnlyList<ServiceDescriptor> Descriptors { get; } =
    [
        StateServiceReflection.Descriptor.Services.Single(),
        Grpc.Health.V1.HealthReflection.Descriptor.Services.Single(),
        Grpc.Reflection.V1.ReflectionReflection.Descriptor.Services.Single(),
        Grpc.Reflection.V1Alpha.ReflectionReflection.Descriptor.Services.Single(),
    ];

    /// <summary>
    /// The package with bounds, and without its routes for unknown services, which would match before the routes of YARP.
    /// </summary>
    public static IServiceCollection AddOwnServices(this IServiceCollection services)
    {
        services.AddGrpc(options =>
        {
            options.IgnoreUnknownServices = true;
            options.MaxReceiveMessageSize = OwnMethodRequest.MaxMessageBytes;
            options.MaxSendMessageSize = MaxResponseBytes;

            // The package bounds a message by its length on the wire only. Requests of one message are expanded by OwnMethodRequest.
            options.CompressionProviders.Clear();
        });
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<OwnStreamMetrics>();
        services.AddSingleton<OwnStreams>();
        return services;
    }

    /// <summary>Maps what consumers may call without payment: the own services, and `/heartbeat`.</summary>
    public static void MapOwnServices(this IEndpointRouteBuilder endpoints)
    {
        IServiceProvider provider = endpoints.ServiceProvider;
        ChannelStateService states = ActivatorUtilities.CreateInstance<ChannelStateService>(provider);
        GatewayReflection reflection = ActivatorUtilities.CreateInstance<GatewayReflection>(provider);
        endpoints.MapOwnService(binder => PaymentChannelStateService.BindService(binder, states));
        endpoints.MapOwnService(binder => Grpc.Health.V1.Health.BindService(binder, provider.GetRequiredService<GatewayHealth>()));
        endpoints.MapOwnService(binder => ServerReflection.BindService(binder, reflection));
        endpoints.MapOwnService(binder => ServerReflection.BindService(binder, reflection), GatewayReflection.AlphaName);
        HeartbeatEndpoint.Map(endpoints);
    }

    /// <summary>Maps a service, and refuses what else is called by its name.</summary>
    /// <param name="endpoints">Where.</param>
    /// <param name="bind">The generated method <c>BindService</c> with the service.</param>
    /// <param name="otherName">The service's name, where it is not the one it was generated with.</param>
    public static void MapOwnService(this IEndpointRouteBuilder endpoints, Action<ServiceBinderBase> bind, string? otherName = null)
    {
        IServiceProvider provider = endpoints.ServiceProvider;
        CancellationToken stopping = provider.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        OwnStreams streams = provider.GetRequiredService<OwnStreams>();
        TimeProvider time = provider.GetRequiredService<TimeProvider>();
        var binder = new OwnServiceBinder(otherName, provider.GetRequiredService<ILogger<OwnServiceBinder>>(), stopping);
        bind(binder);
        endpoints.MapGrpcService(binder.Build()).Add(endpoint =>
        {
            MethodType type = endpoint.Metadata.OfType<GrpcMethodMetadata>().Single().Method.Type;
            endpoint.RequestDelegate = new OwnMethodRequest(endpoint.RequestDelegate!, type, streams, time, stopping).InvokeAsync;
        });
        endpoints.Map($"/{binder.ServiceName}/{{**method}}", context =>
        {
            if (CallShape.Refuse(context, needsProtobuf: true) is null)
            {
                string text = $"the service {binder.ServiceName} has no such method";
                GrpcStatusWriter.TryWrite(context, new Status(StatusCode.Unimplemented, text));
            }

            return Task.CompletedTask;
        });
    }
}
