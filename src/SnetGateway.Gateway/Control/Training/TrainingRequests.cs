using Grpc.Core;
using SnetGateway.Gateway.Catalog;
using SnetGateway.Gateway.Health.Heartbeats;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.States;
using SnetGateway.Payments.Training;
using SnetGateway.Payments.Values;
using GrpcStatus = Grpc.Core.Status;

namespace SnetGateway.Gateway.Control.Training;

/// <summary>
/// Which service a request of `training.Daemon` is for, who signed it, and whether the signer owns the model. All errors are those of the
/// reference: UNKNOWN with its text (docs/protocol/training.md, 'Errors').
/// </summary>
internal sealed class TrainingRequests(
    LiveSnapshot live, TrainingAuthorization authorization, TrainingModels models, CallerBudget<Address> signers, RequestBudgets budgets,
    ControlRefusals refusals, ILogger<TrainingRequests> logger)
{
    public const string NotOffered = "the service training.Daemon is not offered";

    /// <summary>Requests of one signer in a minute: they cost it nothing, and the service and the ledger some work.</summary>
    public const int PerMinute = 120;

    /// <summary>The base of errors of methods for owners.</summary>
    public const string NoAccess = "unable to access model";

    /// <summary>The base of errors of methods for everyone.</summary>
    public const string BadAuthorization = "invalid request: bad authorization provided";

    /// <summary>The service with training at the request's host.</summary>
    public TrainingTarget TargetOf(HttpContext context) => live.Current.Training.Find(HostPattern.AuthorityOf(context.Request))
        ?? throw new RpcException(new GrpcStatus(StatusCode.Unimplemented, NotOffered));

    /// <summary>As <see cref="TargetOf"/>, for a request without a signature: it is counted for its client.</summary>
    public TrainingTarget PublicTargetOf(ServerCallContext context) => budgets.TryTakeClient(OwnMethodRequest.ClientOf(context))
        ? TargetOf(context.GetHttpContext())
        : throw refusals.TooMany(RequestBudgets.Refusal, context);

    /// <summary>Who signed the request.</summary>
    /// <param name="details">Its authorization.</param>
    /// <param name="method">The method's short name.</param>
    /// <param name="about">The base of the error.</param>
    /// <param name="allowsUnified">Whether one signature may stand for several methods.</param>
    /// <param name="cancellationToken">Ends a read of the chain.</param>
    public async ValueTask<Address> SignerAsync(
        AuthorizationDetails? details, string method, string about, bool allowsUnified, CancellationToken cancellationToken)
    {
        if (details is null)
        {
            throw Error("invalid request: no authorization provided");
        }

        var signed = new SignedRequest(details.Message, details.SignerAddress, details.CurrentBlock, details.Signature.Memory);
        (Address signer, string? error) = await authorization.CheckAsync(method, allowsUnified, signed, cancellationToken);
        return error is not null ? throw Error($"{about}: {error}")
            : signers.TryTake(signer, PerMinute) ? signer
            : throw new RpcException(new GrpcStatus(
                StatusCode.ResourceExhausted, $"too many training requests of {signer}, the limit is {PerMinute} a minute"));
    }

    /// <summary>The model, whose owner signed the request.</summary>
    public async ValueTask<TrainingModel> OwnedAsync(
        TrainingTarget target, AuthorizationDetails? details, string modelId, string method, bool allowsUnified,
        CancellationToken cancellationToken)
    {
        CheckId(details, modelId);
        Address signer = await SignerAsync(details, method, NoAccess, allowsUnified, cancellationToken);
        TrainingModel model = await FindAsync(target, modelId, cancellationToken) ?? throw Error($"{NoAccess}: {NoModel(modelId)}");
        return model.Creator == signer
            ? model
            : throw Error($"{NoAccess}: error in updating model state: only owner can change the model state");
    }

    /// <summary>The model; null for none, and for one that was deleted.</summary>
    public async ValueTask<TrainingModel?> FindAsync(TrainingTarget target, string modelId, CancellationToken cancellationToken)
    {
        try
        {
            return await models.FindAsync(target.Scope, modelId, cancellationToken) is { IsDeleted: false } model ? model : null;
        }
        catch (Exception failure) when (failure is StoreUnavailableException or LedgerFormatException)
        {
            throw Storage(failure);
        }
    }

    /// <summary>Changes a model that its caller has found. Null when it is gone.</summary>
    public async ValueTask<TrainingModel?> ChangeAsync(
        TrainingModel model, Func<TrainingModel, TrainingModel?> change, CancellationToken cancellationToken)
    {
        try
        {
            return await models.ChangeAsync(
                model.Scope, model.Id, known => known.IsDeleted ? null : change(known), cancellationToken);
        }
        catch (Exception failure) when (failure is StoreUnavailableException or LedgerFormatException)
        {
            throw Storage(failure);
        }
    }

    /// <summary>The client's error, and the operator's log line.</summary>
    public RpcException Storage(Exception failure)
    {
        ControlLog.ModelsUnavailable(logger, failure.Message);
        return Error("daemon storage error: the ledger cannot be used now, please try again later");
    }

    public static void CheckId(AuthorizationDetails? details, string modelId)
    {
        if (details is null)
        {
            throw Error("invalid request: no authorization provided");
        }

        if (modelId.Length == 0)
        {
            throw Error("invalid request: model id can't be empty");
        }
    }

    public static string NoModel(string modelId) =>
        "daemon storage error: error in getting data from model storage: model data doesn't exist for modelID: "
            + PrintableText.Of(modelId);

    public static RpcException Error(string text) => new(new GrpcStatus(StatusCode.Unknown, text));
}
