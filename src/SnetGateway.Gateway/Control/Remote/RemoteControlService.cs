using Grpc.Core;
using SnetGateway.Gateway.Admin;
using SnetGateway.Payments.Pauses;
using SnetGateway.Payments.Records;

namespace SnetGateway.Gateway.Control.Remote;

/// <summary>
/// `configuration_service.ConfigurationService`: an operator reads the configuration, and pauses and resumes all services. As in the
/// reference, nothing of the configuration can be changed (docs/protocol/control-services.md, 'Configuration service').
/// </summary>
internal sealed class RemoteControlService(
    OperatorSignatures operators, ShownConfiguration configuration, PauseBook pauses, PauseSwitch state, ControlRefusals refusals)
    : ConfigurationService.ConfigurationServiceBase
{
    public override async Task<ConfigurationResponse> GetConfiguration(EmptyRequest request, ServerCallContext context)
    {
        await operators.CheckAsync(nameof(GetConfiguration), request.Auth, isChange: false, context);
        var response = new ConfigurationResponse { Schema = new ConfigurationSchema() };
        foreach (ConfigurationValue value in configuration.Read())
        {
            response.CurrentConfiguration[value.Key] = value.Value;
            response.Schema.Details.Add(new ConfigurationParameter
            {
                Name = value.Key,
                Section = ConfigurationPath.GetParentPath(value.Key) ?? "",
                RestartDaemon = value.IsLive
                    ? ConfigurationParameter.Types.UpdateAction.NoImpact
                    : ConfigurationParameter.Types.UpdateAction.RestartRequired,
            });
        }

        return response;
    }

    public override async Task<ConfigurationResponse> UpdateConfiguration(UpdateRequest request, ServerCallContext context)
    {
        await operators.CheckAsync(nameof(UpdateConfiguration), request.Auth, isChange: false, context);
        throw refusals.Of("work in progress", context); // the reference's text, and all that it does
    }

    public override Task<StatusResponse> StopProcessingRequests(EmptyRequest request, ServerCallContext context) =>
        ChangeAsync(nameof(StopProcessingRequests), request, pauses.PauseAsync, context);

    public override Task<StatusResponse> StartProcessingRequests(EmptyRequest request, ServerCallContext context) =>
        ChangeAsync(nameof(StartProcessingRequests), request, pauses.ResumeAsync, context);

    public override async Task<StatusResponse> IsDaemonProcessingRequests(EmptyRequest request, ServerCallContext context)
    {
        await operators.CheckAsync(nameof(IsDaemonProcessingRequests), request.Auth, isChange: false, context);
        return StatusOf(state.Current);
    }

    private static StatusResponse StatusOf(PauseSet paused) => new()
    {
        CurrentProcessingStatus = paused.CoversAll
            ? StatusResponse.Types.Status.HasStoppedProcessingRequests
            : StatusResponse.Types.Status.RequestInProgress,
    };

    private async Task<StatusResponse> ChangeAsync(
        string method, EmptyRequest request, Func<string, CancellationToken, ValueTask<PauseSet>> change, ServerCallContext context)
    {
        await operators.CheckAsync(method, request.Auth, isChange: true, context);
        try
        {
            return StatusOf(await change(PauseSet.All, context.CancellationToken));
        }
        catch (StoreUnavailableException)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "the ledger cannot be written now, please try again later"));
        }
    }
}
