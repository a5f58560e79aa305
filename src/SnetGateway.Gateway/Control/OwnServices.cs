using Grpc.AspNetCore.Server;
using Grpc.Core;
using Grpc.Reflection.V1;
using Microsoft.Extensions.DependencyInjection.Extensions;
using SnetGateway.Ethereum;
using SnetGateway.Gateway.Control.Remote;
using SnetGateway.Gateway.Control.Training;
using SnetGateway.Gateway.Health;
using SnetGateway.Gateway.Health.Heartbeats;
using SnetGateway.Gateway.Hosting;
using SnetGateway.Gateway.PaidCalls;
using SnetGateway.Gateway.Prepaid;
using SnetGateway.Payments.Claims;
using SnetGateway.Payments.Pauses;
using SnetGateway.Payments.Prepaid;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;
using Status = Grpc.Core.Status;

namespace SnetGateway.Gateway.Control;

/// <summary>The gRPC services that the gateway has itself, on Grpc.AspNetCore.</summary>
internal static class OwnServices
{
    /// <summary>The longest response message: descriptors of the services behind the gateway, by reflection.</summary>
    private const int MaxResponseBytes = 4 * 1024 * 1024;

    /// <summary>Offered where operators are configured.</summary>
    private const string RemoteControl = "configuration_service.ConfigurationService";

    private const string FreeCalls = "escrow.FreeCallStateService";
    private const string Tokens = "escrow.TokenService";

    /// <summary>Before all routes of services, also those with a low order: a catch-all route must not take these calls.</summary>
    internal const int MethodOrder = int.MinValue;

    /// <summary>All of them. No service behind the gateway can take their names.</summary>
    public static IReadOnlyList<ServiceDescriptor> Descriptors { get; } =
    [
        StateServiceReflection.Descriptor.Services.Single(),
        FreeCallStateServiceReflection.Descriptor.Services.Single(),
        TokenServiceReflection.Descriptor.Services.Single(),
        ControlServiceReflection.Descriptor.Services.Single(),
        TrainingDaemonReflection.Descriptor.Services.Single(),
        Grpc.Health.V1.HealthReflection.Descriptor.Services.Single(),
        Grpc.Reflection.V1.ReflectionReflection.Descriptor.Services.Single(),
        Grpc.Reflection.V1Alpha.ReflectionReflection.Descriptor.Services.Single(),
    ];

    /// <summary>
    /// Control services of the protocol that the gateway does not offer. SDKs call them at the service's address: without an answer of the
    /// gateway they would match the service's route and be refused as calls without a payment. `training.Model` is the service's side of
    /// training: a consumer who could call it for the price of an ordinary call would need neither the model's owner nor its price.
    /// </summary>
    public static IReadOnlyList<string> NotOffered { get; } =
    [
        "training.Model",
        RemoteControl,
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
        services.AddClock();
        services.AddSingleton<OwnMethodMetrics>();
        services.TryAddSingleton<RpcMetrics>();
        services.AddSingleton<ControlRefusals>();
        services.AddSingleton<OwnStreams>();
        return services;
    }

    /// <summary>Maps what consumers may call without payment: the own services, `/heartbeat` and `/encoding`.</summary>
    public static void MapOwnServices(this IEndpointRouteBuilder endpoints)
    {
        IServiceProvider provider = endpoints.ServiceProvider;
        GatewayReflection reflection = ActivatorUtilities.CreateInstance<GatewayReflection>(provider);
        endpoints.MapOwnService(binder => Grpc.Health.V1.Health.BindService(binder, provider.GetRequiredService<GatewayHealth>()));
        endpoints.MapOwnService(binder => ServerReflection.BindService(binder, reflection));
        endpoints.MapOwnService(binder => ServerReflection.BindService(binder, reflection), GatewayReflection.AlphaName);
        HeartbeatEndpoint.Map(endpoints);
        EncodingEndpoint.Map(endpoints);
        if (provider.GetRequiredService<ChainOptions>().IsConfigured)
        {
            ChannelStateService states = ActivatorUtilities.CreateInstance<ChannelStateService>(provider);
            endpoints.MapOwnService(binder => PaymentChannelStateService.BindService(binder, states));
            endpoints.MapPaymentServices(ActivatorUtilities.CreateInstance<FreeCallService>(provider));
        }
        else
        {
            endpoints.MapWithoutPayments();
        }
    }

    /// <summary>Without payments, only remote control is left of the protocol's control services.</summary>
    private static void MapWithoutPayments(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapRemoteControl();
        foreach (string service in (string[])[ChannelStateService.Name, FreeCalls, Tokens, ClaimService.Name, TrainCalls.RouteId])
        {
            endpoints.MapUnimplemented(service, NotOfferedText(service));
        }
    }

    private static string NotOfferedText(string service) => $"the service {service} is not offered";

    /// <summary>Maps the protocol's other control services: free calls, prepaid tokens, claims, and those that are not offered.</summary>
    public static void MapPaymentServices(this IEndpointRouteBuilder endpoints, NoFreeCalls freeCalls)
    {
        endpoints.MapOwnService(binder => FreeCallStateService.BindService(binder, freeCalls));
        IServiceProvider provider = endpoints.ServiceProvider;
        var tokens = new PrepaidTokenService(
            provider.GetService<PrepaidPlans>(), provider.GetService<PrepaidTokens>(), provider.GetRequiredService<PauseSwitch>(),
            provider.GetRequiredService<ControlRefusals>());
        endpoints.MapOwnService(binder => TokenService.BindService(binder, tokens));
        if (provider.GetService<ClaimStarts>() is { } starts)
        {
            var claims = new ClaimService(
                provider.GetRequiredService<ClaimLists>(), starts, provider.GetRequiredService<ControlRefusals>());
            endpoints.MapOwnService(binder => ProviderControlService.BindService(binder, claims));
        }
        else
        {
            endpoints.MapUnimplemented(ClaimService.Name, NotOfferedText(ClaimService.Name));
        }

        if (provider.GetService<TrainingDaemon>() is { } training)
        {
            endpoints.MapTraining(training);
        }
        else
        {
            endpoints.MapUnimplemented(TrainCalls.RouteId, TrainingRequests.NotOffered);
        }

        endpoints.MapRemoteControl();
    }

    /// <summary>Maps remote control where operators are configured, and what is not offered.</summary>
    private static void MapRemoteControl(this IEndpointRouteBuilder endpoints)
    {
        RemoteControlService? remote = endpoints.ServiceProvider.GetService<RemoteControlService>();
        if (remote is not null)
        {
            endpoints.MapOwnService(binder => ConfigurationService.BindService(binder, remote));
        }

        foreach (string service in NotOffered.Where(name => remote is null || name != RemoteControl))
        {
            endpoints.MapUnimplemented(service, NotOfferedText(service));
        }
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
        RpcMetrics metrics = provider.GetRequiredService<RpcMetrics>();
        TimeProvider time = provider.GetRequiredService<TimeProvider>();
        var binder = new OwnServiceBinder(otherName, provider.GetRequiredService<ILogger<OwnServiceBinder>>(), stopping);
        bind(binder);
        endpoints.MapGrpcService(binder.Build()).Add(endpoint =>
        {
            IMethod method = endpoint.Metadata.OfType<GrpcMethodMetadata>().Single().Method;
            ((RouteEndpointBuilder)endpoint).Order = MethodOrder;
            var request = new OwnMethodRequest(endpoint.RequestDelegate!, method, streams, metrics, time, stopping);
            endpoint.RequestDelegate = request.InvokeAsync;
        });
        endpoints.MapUnimplemented(binder.ServiceName, $"the service {binder.ServiceName} has no such method");
    }

    /// <summary>Answers every call of a service that no other endpoint takes.</summary>
    private static void MapUnimplemented(this IEndpointRouteBuilder endpoints, string service, string text) =>
        endpoints.Map($"/{service}/{{**method}}", context =>
        {
            if (CallShape.Refuse(context, needsProtobuf: true) is null)
            {
                GrpcStatusWriter.TryWrite(context, new Status(StatusCode.Unimplemented, text));
            }

            return Task.CompletedTask;
        }).WithOrder(MethodOrder + 1);
}
