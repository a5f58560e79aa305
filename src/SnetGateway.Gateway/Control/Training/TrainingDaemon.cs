using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using SnetGateway.Gateway.Catalog;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Training;
using SnetGateway.Payments.Values;
using GrpcStatus = Grpc.Core.Status;

namespace SnetGateway.Gateway.Control.Training;

/// <summary>
/// `training.Daemon`, in front of the service of the request's host: who owns a model, who may see it, and the payments of its training.
/// The models, their data and their prices are the service's (docs/protocol/training.md). `upload_and_validate` is
/// <see cref="UploadEndpoint"/>.
/// </summary>
internal sealed class TrainingDaemon(
    TrainingRequests requests, TrainingModels models, TrainingMethods methods, TrainingStatuses statuses, ModelServices services,
    TrainCalls calls, TimeProvider time) : Daemon.DaemonBase
{
    /// <summary>Most models in one list; also the size of a page where the request has none.</summary>
    public const int MaxListed = 500;

    private const string CreateFailed = "error in invoking service for model training";
    private const string ServiceFailed = "issue with service";

    public override async Task<ModelResponse> create_model(NewModelRequest request, ServerCallContext context)
    {
        TrainingTarget target = TargetOf(context);
        Address signer = await requests.SignerAsync(
            request.Authorization, nameof(create_model), TrainingRequests.BadAuthorization, allowsUnified: false,
            context.CancellationToken);
        if (request.Model is not { GrpcMethodName.Length: > 0, GrpcServiceName.Length: > 0 } model)
        {
            throw TrainingRequests.Error("invalid request: no grpc_service_name or grpc_method_name provided");
        }

        Address[] addresses = AddressesOf(model.AddressList, signer);
        CheckRoom(target, signer);
        NewModel asked = model.Clone();
        (asked.OrganizationId, asked.ServiceId, asked.GroupId) = target.Ids;
        ModelID given = await AskAsync(
            target, CreateFailed, (client, options) => client.create_modelAsync(asked, options), context.CancellationToken);
        ThrowIfInvalid(given.ModelId);
        DateTimeOffset now = time.GetUtcNow();
        var created = new TrainingModel
        {
            Scope = target.Scope,
            Id = given.ModelId,
            Creator = signer,
            Addresses = addresses,
            IsPublic = model.IsPublic,
            Name = model.Name,
            Description = model.Description,
            GrpcMethod = model.GrpcMethodName,
            GrpcService = model.GrpcServiceName,
            CreatedAt = now,
            UpdatedAt = now,
            UpdatedBy = signer,
        };
        return await AddAsync(created)
            ? TrainingMessages.Of(created)
            : throw TrainingRequests.Error($"{CreateFailed}: the service gave a model id that it has given before");
    }

    public override async Task<PriceInBaseUnit> validate_model_price(AuthValidateRequest request, ServerCallContext context)
    {
        TrainingTarget target = TargetOf(context);
        await OwnedAsync(target, request.Authorization, request.ModelId, nameof(validate_model_price), allowsUnified: true, context);
        var asked = new ValidateRequest { ModelId = request.ModelId, TrainingDataLink = request.TrainingDataLink };
        return await AskAsync(
            target, ServiceFailed, (client, options) => client.validate_model_priceAsync(asked, options), context.CancellationToken);
    }

    public override async Task<PriceInBaseUnit> train_model_price(CommonRequest request, ServerCallContext context)
    {
        TrainingTarget target = TargetOf(context);
        await OwnedAsync(target, request.Authorization, request.ModelId, nameof(train_model_price), allowsUnified: true, context);
        return await AskAsync(
            target, ServiceFailed, (client, options) => client.train_model_priceAsync(IdOf(request.ModelId), options),
            context.CancellationToken);
    }

    public override async Task<StatusResponse> validate_model(AuthValidateRequest request, ServerCallContext context)
    {
        TrainingTarget target = TargetOf(context);
        TrainingRequests.CheckId(request.Authorization, request.ModelId);
        ChannelPayment payment = calls.ReadPayment(context.GetHttpContext(), request.ModelId, isStream: false);
        TrainingModel model = await OwnedAsync(
            target, request.Authorization, request.ModelId, nameof(validate_model), allowsUnified: false, context);
        var asked = new ValidateRequest { ModelId = request.ModelId, TrainingDataLink = request.TrainingDataLink };
        var price = new TrainingPrice(cancellation => services.AskAsync(
            target, (client, options) => client.validate_model_priceAsync(asked, options), cancellation));
        StatusResponse response = await calls.RunAsync(
            context.GetHttpContext(), target, payment, price, uploadTimeout: null, clock => services.CallAsync(
                target, client => client.validate_modelAsync(asked, new CallOptions(cancellationToken: clock.Token)).ResponseAsync));
        await statuses.NoteAsync(model, response.Status, request.TrainingDataLink);
        return response;
    }

    public override async Task<StatusResponse> train_model(CommonRequest request, ServerCallContext context)
    {
        TrainingTarget target = TargetOf(context);
        TrainingRequests.CheckId(request.Authorization, request.ModelId);
        ChannelPayment payment = calls.ReadPayment(context.GetHttpContext(), request.ModelId, isStream: false);
        TrainingModel model = await OwnedAsync(
            target, request.Authorization, request.ModelId, nameof(train_model), allowsUnified: false, context);
        var price = new TrainingPrice(cancellation => services.AskAsync(
            target, (client, options) => client.train_model_priceAsync(IdOf(request.ModelId), options), cancellation));
        StatusResponse response = await calls.RunAsync(
            context.GetHttpContext(), target, payment, price, uploadTimeout: null, clock => services.CallAsync(
                target,
                client => client.train_modelAsync(IdOf(request.ModelId), new CallOptions(cancellationToken: clock.Token)).ResponseAsync));
        await statuses.NoteAsync(model, response.Status, dataLink: null);
        return response;
    }

    public override async Task<StatusResponse> delete_model(CommonRequest request, ServerCallContext context)
    {
        TrainingTarget target = TargetOf(context);
        TrainingModel model = await OwnedAsync(
            target, request.Authorization, request.ModelId, nameof(delete_model), allowsUnified: false, context);
        await AskAsync(
            target, ServiceFailed, (client, options) => client.delete_modelAsync(IdOf(request.ModelId), options),
            context.CancellationToken);
        await requests.ChangeAsync(
            model,
            known => known with { Status = TrainingModel.Deleted, UpdatedAt = time.GetUtcNow(), UpdatedBy = model.Creator },
            CancellationToken.None);
        return new StatusResponse { Status = Status.Deleted };
    }

    public override async Task<ModelsResponse> get_all_models(AllModelsRequest request, ServerCallContext context)
    {
        TrainingTarget target = TargetOf(context);
        Address signer = await requests.SignerAsync(
            request.Authorization, nameof(get_all_models), TrainingRequests.BadAuthorization, allowsUnified: true,
            context.CancellationToken);
        var response = new ModelsResponse();
        response.ListOfModels.AddRange(TrainingMessages.Page(models.Of(target.Scope), signer, request, MaxListed));
        return response;
    }

    public override async Task<ModelResponse> get_model(CommonRequest request, ServerCallContext context)
    {
        TrainingTarget target = TargetOf(context);
        TrainingRequests.CheckId(request.Authorization, request.ModelId);
        Address signer = await requests.SignerAsync(
            request.Authorization, nameof(get_model), TrainingRequests.BadAuthorization, allowsUnified: true, context.CancellationToken);
        TrainingModel model = await requests.FindAsync(target, request.ModelId, context.CancellationToken)
            ?? throw TrainingRequests.Error($"{TrainingRequests.NoAccess}: {TrainingRequests.NoModel(request.ModelId)}");
        if (!model.MayBeUsedBy(signer))
        {
            throw TrainingRequests.Error($"user {signer}, does not have access to model Id {PrintableText.Of(model.Id)}");
        }

        StatusResponse asked = await AskAsync(
            target, ServiceFailed, (client, options) => client.get_model_statusAsync(IdOf(model.Id), options),
            context.CancellationToken);
        byte status = TrainingStatuses.NumberOf(asked.Status);
        TrainingModel? newest = status == model.Status ? model : await requests.ChangeAsync(
            model, known => known with { Status = status, UpdatedAt = time.GetUtcNow() }, context.CancellationToken);
        return TrainingMessages.Of(newest ?? model);
    }

    public override async Task<ModelResponse> update_model(UpdateModelRequest request, ServerCallContext context)
    {
        TrainingTarget target = TargetOf(context);
        TrainingModel model = await OwnedAsync(
            target, request.Authorization, request.ModelId, nameof(update_model), allowsUnified: false, context);
        Address[] addresses = AddressesOf(request.AddressList, model.Creator);
        TrainingModel? updated = await requests.ChangeAsync(
            model,
            known => known with
            {
                Name = request.HasModelName ? request.ModelName : known.Name,
                Description = request.HasDescription ? request.Description : known.Description,
                Addresses = addresses,
                UpdatedAt = time.GetUtcNow(),
                UpdatedBy = model.Creator,
            },
            context.CancellationToken);
        return updated is not null
            ? TrainingMessages.Of(updated)
            : throw TrainingRequests.Error($"{TrainingRequests.NoAccess}: {TrainingRequests.NoModel(request.ModelId)}");
    }

    public override async Task<TrainingMetadata> get_training_metadata(Empty request, ServerCallContext context) =>
        await methods.DescribeAsync(requests.PublicTargetOf(context), context.CancellationToken);

    public override async Task<MethodMetadata> get_method_metadata(MethodMetadataRequest request, ServerCallContext context)
    {
        TrainingTarget target = requests.PublicTargetOf(context);
        (string service, string method) = (request.GrpcServiceName, request.GrpcMethodName);
        if (request.ModelId.Length > 0)
        {
            // From memory: the caller is not known.
            TrainingModel model = models.FindInMemory(target.Scope, request.ModelId) is { IsDeleted: false } known
                ? known
                : throw TrainingRequests.Error($"model doesn't exist: {TrainingRequests.NoModel(request.ModelId)}");
            (service, method) = (model.GrpcService, model.GrpcMethod);
        }

        return await methods.FindAsync(target, service, method, context.CancellationToken)
            ?? throw TrainingRequests.Error("invalid request: the service has no such method, or its methods are not known");
    }

    private static ModelID IdOf(string id) => new() { ModelId = id };

    /// <summary>Each address once, without the owner, who needs no entry.</summary>
    private static Address[] AddressesOf(IEnumerable<string> texts, Address owner)
    {
        Address[] addresses =
        [
            .. texts.Select(text => Address.TryParse(text, out Address address)
                ? address
                : throw TrainingRequests.Error("invalid request: an entry of address_list is not an Ethereum address"))
                .Where(address => address != owner).Distinct(),
        ];
        return addresses.Length <= TrainingModel.MaxAddresses
            ? addresses
            : throw TrainingRequests.Error($"invalid request: address_list has more than {TrainingModel.MaxAddresses} addresses");
    }

    private static void ThrowIfInvalid(string id)
    {
        if (System.Text.Encoding.UTF8.GetByteCount(id) is 0 or > TrainingModel.MaxIdBytes)
        {
            throw TrainingRequests.Error($"{CreateFailed}: the service gave no model id, or one that is too long");
        }
    }

    private TrainingTarget TargetOf(ServerCallContext context) => requests.TargetOf(context.GetHttpContext());

    private ValueTask<TrainingModel> OwnedAsync(
        TrainingTarget target, AuthorizationDetails? details, string modelId, string method, bool allowsUnified,
        ServerCallContext context) =>
        requests.OwnedAsync(target, details, modelId, method, allowsUnified, context.CancellationToken);

    /// <summary>From memory, so requests that come at the same time may exceed it by a few.</summary>
    private void CheckRoom(TrainingTarget target, Address signer)
    {
        string? full = models.CountRecords(target.Scope) >= target.Limits.MaxModels ? "the service takes no more models"
            : models.Of(target.Scope).Count(model => model.Creator == signer) >= target.Limits.MaxModelsPerUser
                ? $"a user may have {target.Limits.MaxModelsPerUser} models; delete one first"
            : null;
        if (full is not null)
        {
            throw new RpcException(new GrpcStatus(StatusCode.ResourceExhausted, full));
        }
    }

    private async Task<bool> AddAsync(TrainingModel model)
    {
        try
        {
            return await models.AddAsync(model, CancellationToken.None);
        }
        catch (StoreUnavailableException failure)
        {
            throw requests.Storage(failure);
        }
    }

    private async Task<T> AskAsync<T>(
        TrainingTarget target, string about, Func<Model.ModelClient, CallOptions, AsyncUnaryCall<T>> ask,
        CancellationToken cancellationToken)
    {
        try
        {
            return await services.AskAsync(target, ask, cancellationToken);
        }
        catch (ModelServiceException failure)
        {
            throw TrainingRequests.Error($"{about}: {failure.Message}");
        }
    }
}
