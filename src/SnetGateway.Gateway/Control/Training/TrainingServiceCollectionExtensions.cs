using SnetGateway.Gateway.Health.Heartbeats;
using SnetGateway.Payments.States;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Control.Training;

/// <summary>Training of models, for the services that have it.</summary>
internal static class TrainingServiceCollectionExtensions
{
    public static IServiceCollection AddTraining(this IServiceCollection services) => services
        .AddSingleton<ModelServices>()
        .AddSingleton<CallerBudget<Address>>()
        .AddSingleton<TrainingRequests>()
        .AddSingleton<TrainingStatuses>()
        .AddSingleton<TrainingMethods>()
        .AddSingleton<ITrainingReport>(provider => provider.GetRequiredService<TrainingMethods>())
        .AddSingleton<TrainCalls>()
        .AddSingleton<TrainingDaemon>()
        .AddSingleton<UploadEndpoint>();

    /// <summary>Maps `training.Daemon`; its answer is that it is not offered where a host has no service with training.</summary>
    public static void MapTraining(this IEndpointRouteBuilder endpoints, TrainingDaemon daemon)
    {
        endpoints.MapOwnService(binder => Daemon.BindService(binder, daemon));
        UploadEndpoint upload = endpoints.ServiceProvider.GetRequiredService<UploadEndpoint>();
        endpoints.Map($"/{TrainCalls.RouteId}/{UploadEndpoint.Method}", upload.InvokeAsync).WithOrder(OwnServices.MethodOrder);
    }
}
