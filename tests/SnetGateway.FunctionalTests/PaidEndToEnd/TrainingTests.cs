using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using Grpc.Core;
using Grpc.Net.Client;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.Gateway.Control.Training;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit.Etcd;
using SnetGateway.TestKit.Market;
using SnetGateway.TestKit.Processes;
using Xunit;

namespace SnetGateway.FunctionalTests.PaidEndToEnd;

/// <summary>Models trained through the gateway on the real contract, by grpc-js and python3-grpcio, at the sample model service.</summary>
[Collection(GatewayFixture.Prices)]
[Trait("Needs", "chain")]
public sealed class TrainingTests(GatewayFixture market, TrainingTests.Running running) : IClassFixture<TrainingTests.Running>
{
    private const string Service = "trained";
    private const string OtherHost = "other";
    private const int ValidatePrice = 3;
    private const int TrainPrice = 5;

    private string _modelId = "";
    private string? _host;
    private ulong _block;

    /// <summary>The whole life of a model, each step at its price, nothing more.</summary>
    [Theory]
    [InlineData(ClientStack.Node)]
    [InlineData(ClientStack.Python)]
    public async Task Model_IsCreatedValidatedUploadedTrainedAndDeleted(ClientStack stack)
    {
        ChainChannel channel = await market.Chain.OpenChannelAsync(1_000);
        await using GatewayProcess gateway = await StartAsync();
        await LiveAsync(gateway, stack, channel);
        Assert.Equal(0, await gateway.StopAsync());
        CommandResult verified = await gateway.RunCommandAsync("ledger", "verify");
        Assert.True(verified.ExitCode == 0, verified.Everything);
        CommandResult explained = await gateway.RunCommandAsync("ledger", "explain", channel.Id.ToString(CultureInfo.InvariantCulture));
        Assert.Contains("/training.Daemon/train_model", explained.Everything, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Needs", "etcd")]
    public async Task ReplicasOnEtcd_KnowEachOthersModels()
    {
        await using EtcdProcess etcd = await EtcdProcess.StartAsync();
        Dictionary<string, string> ledger = new()
        {
            ["SnetGateway:Ledger:Store"] = "etcd",
            ["SnetGateway:Ledger:Etcd:Endpoints:0"] = etcd.Endpoint,
        };
        await using GatewayProcess one = await StartAsync(ledger);
        await using GatewayProcess two = await StartAsync(ledger);
        await LiveAsync(one, ClientStack.Node, await market.Chain.OpenChannelAsync(1_000));
        await LiveAsync(two, ClientStack.Python, await market.Chain.OpenChannelAsync(1_000));
        ChainChannel channel = await market.Chain.OpenChannelAsync(1_000);
        _modelId = await CreateAsync(one, ClientStack.Node, "consumer2");
        Assert.Equal(0, (await AskAsync(two, ClientStack.Python, "get_model", by: "consumer2")).Code);
        await ExpectAsync(0, "", AskAsync(two, ClientStack.Node, "update_model", new { modelName = "renamed" }));
        CallReport revoked = await AskAsync(one, ClientStack.Node, "get_model", by: "consumer2");
        Assert.Contains("does not have access to model Id", revoked.Details, StringComparison.Ordinal);
        await PayAsync(one, ClientStack.Node, channel, "validate_model", signed: 0, ValidatePrice, new { trainingDataLink = "data" });
        await PayAsync(two, ClientStack.Python, channel, "train_model", signed: ValidatePrice, TrainPrice);

        // The same payment at the other replica, which has not seen it.
        CallReport again = await RunAsync(two, ClientStack.Node, channel, "validate_model", 0, ValidatePrice, new { });
        Assert.Equal((16, "income -5 does not equal to price 3"), (again.Code, again.Details));
    }

    [Theory]
    [InlineData(ClientStack.Node)]
    [InlineData(ClientStack.Python)]
    public async Task Payments_AreForTheOwner_TheModelAndThePrice_AndFailuresCostNothing(ClientStack stack)
    {
        ChainChannel channel = await market.Chain.OpenChannelAsync(1_000);
        GatewayProcess gateway = await SharedAsync();
        _modelId = await CreateAsync(gateway, stack);
        Task<CallReport> Validate(
            object fields, int price = ValidatePrice, string by = "consumer", string? header = null, string? type = null) =>
            RunAsync(gateway, stack, channel, "validate_model", 0, price, fields, by, header, type);

        await ExpectAsync(
            2, "unable to access model: error in updating model state: only owner can change the model state",
            Validate(new { }, by: "consumer2"));
        await ExpectAsync(3, "\"snet-train-model-id\" is not the model_id of the request", Validate(new { }, header: "other"));
        await ExpectAsync(13, "internal error: [trainUnaryValidator] no training model found", Validate(new { }, header: ""));
        await ExpectAsync(3, "unexpected \"snet-payment-type\", value: \"escrow\"", Validate(new { }, type: "escrow"));
        await ExpectAsync(16, "income 2 does not equal to price 3", Validate(new { }, price: 2));
        await ExpectAsync(16, "income 3 does not equal to price 30", Validate(new { trainingDataLink = "big" }));
        await ExpectAsync(2, "issue with service: the training data cannot be used", Validate(new { trainingDataLink = "bad" }));
        await ExpectAsync(
            13, "internal error: the price of the training cannot be determined now, please try again later",
            Validate(new { trainingDataLink = "unpriced" }));
        await ExpectAsync(0, "", Validate(new { trainingDataLink = "data" }));

        // An escrow total that was used here cannot be used for a call, nor the reverse.
        ClientJob escrow = market.Say(gateway, channel, ValidatePrice);
        escrow = escrow with { Payment = escrow.Payment! with { FromState = false, Amount = 0 } };
        CallReport replayed = await market.Client(stack).CallAsync(escrow);
        Assert.Equal((16, "income 0 does not equal to price 10"), (replayed.Code, replayed.Details));

        // On the service's own route the kind is escrow by another name.
        ClientJob named = market.Say(gateway, channel, 10);
        CallReport said = await market.Client(stack).CallAsync(
            named with { Metadata = new Dictionary<string, object?> { ["snet-payment-type"] = "train-call" } });
        Assert.True(said.Code == 0, said.Details);
    }

    [Theory]
    [InlineData(ClientStack.Node)]
    [InlineData(ClientStack.Python)]
    public async Task Upload_ThatIsNotRight_IsAnswered_AndCostsNothing(ClientStack stack)
    {
        ChainChannel channel = await market.Chain.OpenChannelAsync(1_000);
        GatewayProcess gateway = await SharedAsync();
        _modelId = await CreateAsync(gateway, stack);
        Task<CallReport> Upload(object[] parts, string? header = null, int price = ValidatePrice) =>
            UploadAsync(gateway, stack, channel, parts, 0, price, header);

        await ExpectAsync(2, "invalid request: no authorization provided", Upload([Part(_modelId, 10, authorized: false)]));
        await ExpectAsync(13, "the request has no message", Upload([]));
        await ExpectAsync(13, "internal error: no training model found", Upload([Part(_modelId, 10)], header: ""));
        await ExpectAsync(16, "income 4 does not equal to price 3", Upload([Part(_modelId, 10)], price: 4));
        await ExpectAsync(
            3, "the messages of an upload name more than one model", Upload([Part(_modelId, 10), Part("another", 10)]));
        await ExpectAsync(
            8, "the upload is larger than allowed: the limit is 4000 bytes", Upload([Part(_modelId, 3_000), Part(_modelId, 1_001)]));
        await ExpectAsync(2, "issue with service: the training data cannot be used", Upload([Part(_modelId, 10, "bad.zip")]));
        await ExpectAsync(0, "", Upload([Part(_modelId, 3_000), Part(_modelId, 1_000)]));
    }

    [Fact]
    public async Task Upload_ThatItsClientCancels_FreesTheChannel_AndCostsNothing()
    {
        ChainChannel channel = await market.Chain.OpenChannelAsync(1_000);
        GatewayProcess gateway = await SharedAsync();
        _modelId = await CreateAsync(gateway, ClientStack.Node);
        using var client = GrpcChannel.ForAddress($"http://{gateway.Endpoint}");
        using (AsyncClientStreamingCall<UploadAndValidateRequest, StatusResponse> call =
            new Daemon.DaemonClient(client).upload_and_validate(await MetadataAsync(channel)))
        {
            UploadAndValidateRequest part = UploadAndValidateRequest.Parser.ParseJson(JsonSerializer.Serialize(Part(_modelId, 10)));
            await Eventually.TrueAsync("the upload holds its channel", async () =>
            {
                Assert.False(call.ResponseAsync.IsCompleted, call.ResponseAsync.Exception?.Message);
                await call.RequestStream.WriteAsync(part); // each within its time, on a slow machine too
                return (await RunAsync(gateway, ClientStack.Node, channel, "validate_model", 0, 1, new { })).Code == 9;
            });
        }

        await Eventually.TrueAsync("the channel is free", async () =>
            (await RunAsync(gateway, ClientStack.Node, channel, "validate_model", 0, 1, new { })).Code == 16);
        await PayAsync(gateway, ClientStack.Node, channel, "validate_model", 0, ValidatePrice);
    }

    [Fact]
    public async Task RequestsWithoutWhatTheyNeed_AreAnswered()
    {
        GatewayProcess gateway = await SharedAsync();
        Task<CallReport> Ask(string method, object request) => market.Client(ClientStack.Node).CallAsync(Job(gateway, method, request));
        await ExpectAsync(
            2, "invalid request: no grpc_service_name or grpc_method_name provided",
            Ask("create_model", new { authorization = Authorization("create_model", "consumer") }));
        await ExpectAsync(2, "invalid request: no authorization provided", Ask("train_model", new { modelId = "m" }));
        await ExpectAsync(
            2, "invalid request: model id can't be empty",
            Ask("delete_model", new { authorization = Authorization("delete_model", "consumer") }));
        CallReport unknown = await Ask("get_method_metadata", new { modelId = "m" });
        Assert.StartsWith("model doesn't exist: ", unknown.Details, StringComparison.Ordinal);
        CallReport metadata = await Ask("get_training_metadata", new { });
        Assert.True(metadata.Messages[0].GetProperty("trainingEnabled").GetBoolean());
    }

    [Fact]
    public async Task OtherHostsAndConsumers_ReachNoModelService()
    {
        await using GatewayProcess gateway = await GatewayProcess.StartAsync(new GatewaySettings(market.Chain.State, Echo(market)));
        CallReport off = await market.Client(ClientStack.Node).CallAsync(
            Job(gateway, "get_all_models", Authorized("get_all_models", "consumer")));
        Assert.Equal((12, "the service training.Daemon is not offered"), (off.Code, off.Details));
        CallReport inside = await market.Client(ClientStack.Node).CallAsync(new ClientJob
        {
            Endpoint = gateway.Endpoint,
            Method = "training.Model/train_model",
            Requests = [new { modelId = "m" }],
        });
        Assert.Equal((12, "the service training.Model is not offered"), (inside.Code, inside.Details));
    }

    /// <summary>A signature names neither organisation nor service, so the model and the channel decide.</summary>
    [Fact]
    public async Task OtherOrganization_HasNoModelOfThis_AndTakesNoPaymentOfThis()
    {
        string group = Convert.ToBase64String([8, .. new byte[31]]);
        ChainChannel channel = await market.Chain.OpenChannelAsync(1_000);
        ChainChannel ofOther = await market.Chain.OpenChannelAsync(1_000, group: group);
        await using GatewayProcess gateway = await StartAsync(otherGroup: group);
        string model = await CreateAsync(gateway, ClientStack.Node);
        _host = OtherHost;
        string modelOfOther = await CreateAsync(gateway, ClientStack.Node);

        // What is right here, at the other organisation: the model; then its own model, paid from the channel of this one.
        _modelId = model;
        CallReport foreign = await RunAsync(gateway, ClientStack.Node, ofOther, "validate_model", 0, ValidatePrice, new { });
        Assert.StartsWith("unable to access model: daemon storage error", foreign.Details, StringComparison.Ordinal);
        _modelId = modelOfOther;
        CallReport refused = await RunAsync(gateway, ClientStack.Node, channel, "validate_model", 0, ValidatePrice, new { });
        Assert.Equal(13, refused.Code);
        await PayAsync(gateway, ClientStack.Node, ofOther, "validate_model", 0, ValidatePrice);

        // And the reverse. Nothing of it cost anything.
        _host = null;
        foreign = await RunAsync(gateway, ClientStack.Node, channel, "validate_model", 0, ValidatePrice, new { });
        Assert.StartsWith("unable to access model: daemon storage error", foreign.Details, StringComparison.Ordinal);
        _modelId = model;
        refused = await RunAsync(gateway, ClientStack.Node, ofOther, "validate_model", ValidatePrice, ValidatePrice, new { });
        Assert.Equal(13, refused.Code);
        await PayAsync(gateway, ClientStack.Node, channel, "validate_model", 0, ValidatePrice);
    }

    private static async Task ExpectAsync(int code, string text, Task<CallReport> call)
    {
        CallReport report = await call;
        Assert.Equal((code, text), (report.Code, report.Code == 0 ? "" : report.Details));
    }

    private static object[] Parts(params object[] parts) => parts;

    private async Task LiveAsync(GatewayProcess gateway, ClientStack stack, ChainChannel channel)
    {
        _modelId = await CreateAsync(gateway, stack);
        CallReport price = await AskAsync(gateway, stack, "validate_model_price", message: "unified");
        Assert.Equal($"{ValidatePrice}", price.Messages[0].GetProperty("price").GetString());
        await PayAsync(gateway, stack, channel, "validate_model", 0, ValidatePrice, new { trainingDataLink = "data" });
        CallReport upload = await UploadAsync(
            gateway, stack, channel, Parts(Part(_modelId, 100_000), Part(_modelId, 1_000_000), Part(_modelId, 5)), ValidatePrice,
            ValidatePrice);
        Assert.True((0, "VALIDATED") == (upload.Code, StatusOf(upload)), upload.Details);
        await PayAsync(gateway, stack, channel, "train_model", 2 * ValidatePrice, TrainPrice);
        CallReport got = await AskAsync(gateway, stack, "get_model");
        Assert.Equal("READY_TO_USE", StatusOf(got));
        Assert.Equal("data", got.Messages[0].GetProperty("trainingDataLink").GetString());
        CallReport list = await AskAsync(gateway, stack, "get_all_models");
        JsonElement listed = Assert.Single(list.Messages[0].GetProperty("listOfModels").EnumerateArray());
        Assert.Equal(_modelId, listed.GetProperty("modelId").GetString());
        await ExpectAsync(0, "", AskAsync(gateway, stack, "delete_model"));
        CallReport gone = await AskAsync(gateway, stack, "get_model");
        Assert.StartsWith("unable to access model: daemon storage error", gone.Details, StringComparison.Ordinal);
        CallReport again = await RunAsync(gateway, stack, channel, "train_model", 2 * ValidatePrice + TrainPrice, TrainPrice, new { });
        Assert.StartsWith("unable to access model: daemon storage error", again.Details, StringComparison.Ordinal);
    }

    private static string StatusOf(CallReport report) =>
        report.Messages[0].TryGetProperty("status", out JsonElement status) ? status.GetString()! : "CREATED";

    private async Task<string> CreateAsync(GatewayProcess gateway, ClientStack stack, params string[] users)
    {
        var model = new
        {
            name = "first",
            grpcMethodName = "Say",
            grpcServiceName = "Echo",
            addressList = users.Select(user => market.Chain.State.Accounts[user].Address),
        };
        CallReport created = await market.Client(stack).CallAsync(Job(
            gateway, "create_model", new { authorization = Authorization("create_model", "consumer"), model }));
        Assert.True(created.Code == 0, created.Details);
        return created.Messages[0].GetProperty("modelId").GetString()!;
    }

    private Task<CallReport> AskAsync(
        GatewayProcess gateway, ClientStack stack, string method, object? fields = null, string by = "consumer", string? message = null) =>
        market.Client(stack).CallAsync(Job(gateway, method, Authorized(message ?? method, by, fields, method != "get_all_models")));

    private async Task PayAsync(
        GatewayProcess gateway, ClientStack stack, ChainChannel channel, string method, BigInteger signed, BigInteger price,
        object? fields = null)
    {
        CallReport report = await RunAsync(gateway, stack, channel, method, signed, price, fields ?? new { });
        Assert.True(report.Code == 0, report.Details);
    }

    private Task<CallReport> RunAsync(
        GatewayProcess gateway, ClientStack stack, ChainChannel channel, string method, BigInteger signed, BigInteger price, object fields,
        string by = "consumer", string? header = null, string? type = null) => market.Client(stack).CallAsync(
            Paid(Job(gateway, method, Authorized(method, by, fields)), channel, signed, price, header, type));

    private Task<CallReport> UploadAsync(
        GatewayProcess gateway, ClientStack stack, ChainChannel channel, object[] parts, BigInteger signed, BigInteger price,
        string? header = null) => market.Client(stack).CallAsync(
            Paid(Job(gateway, "upload_and_validate", parts), channel, signed, price, header, null));

    /// <summary>The metadata of a payment of the validation, from nothing signed yet.</summary>
    private async Task<Metadata> MetadataAsync(ChainChannel channel)
    {
        ClientPayment claim = ClientPayment.From(market.Chain.State, channel, ValidatePrice) with { Amount = ValidatePrice };
        string signature = await PayingClient.SignAsync(ClientStack.Node, claim);
        return new Metadata
        {
            { "snet-payment-channel-id", channel.Id.ToString(CultureInfo.InvariantCulture) },
            { "snet-payment-channel-nonce", "0" },
            { "snet-payment-channel-amount", ValidatePrice.ToString(CultureInfo.InvariantCulture) },
            { "snet-payment-channel-signature-bin", Convert.FromHexString(signature[2..]) },
            { "snet-train-model-id", _modelId },
        };
    }

    private ClientJob Paid(
        ClientJob job, ChainChannel channel, BigInteger signed, BigInteger price, string? header, string? type) => job with
    {
        Payment = ClientPayment.From(market.Chain.State, channel, price) with { Amount = signed },
        Metadata = new Dictionary<string, object?>
        {
            ["snet-payment-type"] = type ?? "train-call",
            ["snet-train-model-id"] = header is "" ? null : header ?? _modelId,
        },
    };

    private ClientJob Job(GatewayProcess gateway, string method, params object[] requests) => new()
    {
        Endpoint = gateway.Endpoint,
        Authority = _host,
        Method = $"training.Daemon/{method}",
        Requests = requests,
    };

    private object Part(string modelId, int bytes, string fileName = "data.zip", bool authorized = true) => new
    {
        authorization = authorized ? Authorization("upload_and_validate", "consumer") : null,
        uploadInput = new { modelId, fileName, data = Convert.ToBase64String(new byte[bytes]) },
    };

    /// <summary>A request with its authorization, the model's id and further fields.</summary>
    private Dictionary<string, object?> Authorized(string message, string by, object? fields = null, bool hasModel = true)
    {
        Dictionary<string, object?> request =
            JsonSerializer.Deserialize<Dictionary<string, object?>>(JsonSerializer.Serialize(fields ?? new { }))!;
        request["authorization"] = Authorization(message, by);
        if (hasModel && _modelId.Length > 0)
        {
            request["modelId"] = _modelId;
        }

        return request;
    }

    private object Authorization(string message, string by)
    {
        ChainAccount account = market.Chain.State.Accounts[by];
        byte[] signed =
            [.. Encoding.UTF8.GetBytes(message), .. Address.Parse(account.Address).ToBytes(), .. UInt256.FromUInt64(_block).ToBigEndian()];
        return new
        {
            message,
            currentBlock = _block.ToString(CultureInfo.InvariantCulture),
            signature = Convert.ToBase64String(PrivateKey.Parse(account.PrivateKey[2..]).SignMessage(signed)),
            signerAddress = account.Address.ToLowerInvariant(),
        };
    }

    private static MarketService Echo(GatewayFixture market) =>
        new(Service, market.Service(ExampleLanguage.JavaScript).Address) { Price = 10 };

    private static GatewaySettings Settings(
        GatewayFixture market, ExampleServiceProcess models, Dictionary<string, string>? options = null, string? otherGroup = null)
    {
        if (otherGroup is not null)
        {
            options = new() { [$"SnetGateway:Services:{OtherHost}:Training:Address"] = models.Address.ToString() };
        }

        MarketService service = Echo(market), other = service with { Name = OtherHost, Hosts = [OtherHost], Group = "other" };
        return new GatewaySettings(market.Chain.State, otherGroup is null ? [service] : [service, other])
        {
            MoreGroups = otherGroup is null ? new Dictionary<string, MarketGroup>() : new()
            {
                ["other"] = new(otherGroup, market.Chain.State.Accounts["provider"].Address) { OrganizationId = "another-org" },
            },
            Options = new Dictionary<string, string>(options ?? [])
            {
                [$"SnetGateway:Services:{Service}:Training:Address"] = models.Address.ToString(),
            },
        };
    }

    private async Task<GatewayProcess> StartAsync(Dictionary<string, string>? options = null, string? otherGroup = null)
    {
        _block = await market.Chain.GetBlockNumberAsync();
        return await GatewayProcess.StartAsync(Settings(market, running.Models, options, otherGroup));
    }

    /// <summary>The gateway of the tests that need none of their own.</summary>
    private async Task<GatewayProcess> SharedAsync()
    {
        _block = await market.Chain.GetBlockNumberAsync();
        return running.Gateway;
    }

    /// <summary>The model service, and one gateway with a small upload limit and a short wait: starts take longer than the calls.</summary>
    public sealed class Running(GatewayFixture market) : IAsyncLifetime
    {
        public ExampleServiceProcess Models { get; private set; } = null!;

        public GatewayProcess Gateway { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Models = await ExampleServiceProcess.StartModelsAsync();
            Gateway = await GatewayProcess.StartAsync(Settings(market, Models, new()
            {
                [$"SnetGateway:Services:{Service}:Training:MaxUploadBytes"] = "4000",
                ["SnetGateway:PaidCalls:MaxWait"] = "00:00:01",
            }));
        }

        public async ValueTask DisposeAsync()
        {
            await Gateway.DisposeAsync();
            await Models.DisposeAsync();
        }
    }
}
