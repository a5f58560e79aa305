using System.Diagnostics;
using System.Formats.Tar;
using System.Text;
using System.Text.Json.Nodes;
using SnetGateway.FunctionalTests.PaidEndToEnd;
using SnetGateway.Gateway.Configuration;
using SnetGateway.Gateway.Validation;
using SnetGateway.TestKit.Market;
using SnetGateway.TestKit.Processes;
using Xunit;

namespace SnetGateway.FunctionalTests.Registry;

/// <summary>A service that is configured by its ids alone, on the real Registry contract and blocks of IPFS.</summary>
[Trait("Needs", "chain")]
public sealed class RegistryTests(MarketFixture market) : IClassFixture<MarketFixture>, IAsyncLifetime
{
    private const int InForce = 1510, Refused = 1511, PayeeHeld = 1512, NotRead = 1513, ReadAgain = 1514;
    private const string Service = PublishedDocuments.Service;

    private const string Proto = """
        syntax = "proto3";
        package math;
        message Pair { int64 a = 1; int64 b = 2; }
        message Sum { int64 value = 1; }
        service Math { rpc Add(Pair) returns (Sum); }
        """;

    private const string TrainedProto = """
        syntax = "proto3";
        package art;
        import "training.proto";
        message Picture { training.ModelID model = 1; string text = 2; }
        service Art {
          rpc Draw(Picture) returns (Picture) { option (training.default_model_id) = "base"; }
          rpc Name(training.ModelID) returns (Picture);
        }
        """;

    private readonly PayingSession _client = market.Client(ClientStack.Node);
    private IpfsServer _ipfs = null!;
    private PublishedDocuments _documents = null!;

    private ChainState State => market.Chain.State;

    private string Payee => State.Accounts["provider"].Address;

    private string OtherPayee => State.Accounts["provider2"].Address;

    public async ValueTask InitializeAsync()
    {
        _ipfs = await IpfsServer.StartAsync();
        _documents = new PublishedDocuments(market, _ipfs);
    }

    public ValueTask DisposeAsync() => _ipfs.DisposeAsync();

    [Fact]
    public async Task ServiceByItsIds_IsServedAndPaid_AndANewPriceComesIntoForce()
    {
        await PublishOrganizationAsync(Payee);
        await PublishServiceAsync(10);
        await using GatewayProcess gateway = await StartAsync();
        ChainChannel channel = await market.Chain.OpenChannelAsync(1_000);
        Assert.Equal(0, (await SayAsync(gateway, channel, 10)).Code);
        Assert.NotEqual(0, (await SayAsync(gateway, channel, 9)).Code);

        await PublishServiceAsync(25);
        await SeesAsync(gateway, InForce);
        Assert.Equal(0, (await SayAsync(gateway, channel, 25)).Code);
        Assert.NotEqual(0, (await SayAsync(gateway, channel, 10)).Code);
        Assert.Equal(35, (await market.StateAsync(gateway, ClientStack.Node, channel)).SignedAmount);
    }

    /// <summary>The interval is longer than the test: changes come into force by their events.</summary>
    [Fact]
    public async Task NewPrices_ComeIntoForceByTheirEvents_InAFewRequests()
    {
        const string ReadOrganization = "eth_call:9a017e0a";
        await PublishOrganizationAsync(Payee);
        await PublishServiceAsync(10);
        await using ChainRelay chain = await ChainRelay.StartAsync(State.RpcUrl);
        GatewaySettings settings = _documents.Settings();
        settings = settings with
        {
            ChainUrl = chain.Url,
            Options = new Dictionary<string, string>(settings.Options) { ["SnetGateway:Registry:Interval"] = "01:00:00" },
        };
        await using GatewayProcess gateway = await GatewayProcess.StartAsync(settings);
        ChainChannel channel = await market.Chain.OpenChannelAsync(1_000);
        Assert.Equal(0, (await SayAsync(gateway, channel, 10)).Code);

        // The first may come with the reads of the start; each later one comes with its event.
        foreach (int price in (int[])[11, 12, 13])
        {
            await PublishServiceAsync(price);
            await Eventually.TrueAsync(
                $"the price {price} is in force", async () => (await SayAsync(gateway, channel, price)).Code == 0);
            Assert.NotEqual(0, (await SayAsync(gateway, channel, price - 1)).Code);
        }

        // Blocks that come together cost one read a second, or fewer.
        string[] ids = await Task.WhenAll(Enumerable.Range(20, 10).Select(cogs => _documents.AddServiceAsync(cogs)));
        int reads = chain.Counts[ReadOrganization], logs = chain.Counts["eth_getLogs"];
        long start = Stopwatch.GetTimestamp();
        foreach (string id in ids)
        {
            await _documents.RegisterServiceAsync(id);
        }

        await Eventually.TrueAsync("the last price is in force", async () => (await SayAsync(gateway, channel, 29)).Code == 0);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        Assert.InRange(chain.Counts[ReadOrganization] - reads, 1, seconds + 2);
        Assert.InRange(chain.Counts["eth_getLogs"] - logs, 1, 20);
    }

    [Fact]
    public async Task ChangedPayee_IsHeld_UntilTheOperatorConfirmsIt()
    {
        await PublishOrganizationAsync(Payee);
        await PublishServiceAsync(10);
        await using GatewayProcess gateway = await StartAsync();
        gateway.ExpectErrors(PayeeHeld);
        ChainChannel ours = await market.Chain.OpenChannelAsync(1_000);
        ChainChannel theirs = await market.Chain.OpenChannelAsync(1_000, recipient: "provider2");

        // A new price at the same time is taken: one document does not hold up another.
        await PublishServiceAsync(20);
        await PublishOrganizationAsync(OtherPayee);
        await SeesAsync(gateway, PayeeHeld);
        await Eventually.TrueAsync("the new price is in force", async () => (await SayAsync(gateway, ours, 20)).Code == 0);
        Assert.NotEqual(0, (await SayOnceAsync(gateway, theirs, 20)).Code);

        // Held over a restart too.
        Assert.Equal(0, await gateway.StopAsync());
        await gateway.StartAgainAsync();
        await gateway.WaitUntilReadyAsync();
        Assert.Equal(0, (await SayAsync(gateway, ours, 20)).Code);
        Assert.NotEqual(0, (await SayOnceAsync(gateway, theirs, 20)).Code);

        const int AlertFires = 1720;
        await Eventually.TrueAsync("the alert fires", () => Task.FromResult(gateway.Log.Any(
            line => line.EventId == AlertFires && line.Message.Contains("PayeeHeld", StringComparison.Ordinal))));
        CommandResult wrong = await gateway.RunCommandAsync("registry", "confirm-payee", Service, "0x12");
        Assert.NotEqual(0, wrong.ExitCode);
        CommandResult confirmed = await gateway.RunCommandAsync("registry", "confirm-payee", Service, OtherPayee);
        Assert.True(confirmed.ExitCode == 0, confirmed.Everything);
        await Eventually.TrueAsync("the other payee is in force", async () => (await SayOnceAsync(gateway, theirs, 20)).Code == 0);
        Assert.NotEqual(0, (await SayOnceAsync(gateway, ours, 60)).Code);
        CommandResult shown = await gateway.RunCommandAsync("registry", "show");
        Assert.Contains(OtherPayee, shown.Everything, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task LostFolder_WithTheSameLedger_TakesNoOtherPayeeForTheFirst()
    {
        await PublishOrganizationAsync(Payee);
        await PublishServiceAsync(10);
        await using GatewayProcess gateway = await StartAsync();
        ChainChannel theirs = await market.Chain.OpenChannelAsync(1_000, recipient: "provider2");
        Assert.Equal(0, await gateway.StopAsync());

        await PublishOrganizationAsync(OtherPayee);
        Directory.Delete(Path.Combine(gateway.Folder, "data", "metadata"), recursive: true);
        InvalidOperationException e = await Assert.ThrowsAsync<InvalidOperationException>(gateway.StartAgainAsync);
        Assert.Contains("registry confirm-payee", e.Message, StringComparison.Ordinal);

        // Supervisors start it again: the refused start has remembered nothing.
        await Assert.ThrowsAsync<InvalidOperationException>(gateway.StartAgainAsync);

        await gateway.RunCommandAsync("registry", "confirm-payee", Service, OtherPayee);
        await gateway.StartAgainAsync();
        await gateway.WaitUntilReadyAsync();
        Assert.Equal(0, (await SayOnceAsync(gateway, theirs, 10)).Code);

        // The ledger has it now: without the folder it is not asked for again.
        Assert.Equal(0, await gateway.StopAsync());
        Directory.Delete(Path.Combine(gateway.Folder, "data", "metadata"), recursive: true);
        await gateway.StartAgainAsync();
        await gateway.WaitUntilReadyAsync();
    }

    [Theory]
    [InlineData("wrong")]
    [InlineData("down")]
    [InlineData("redirect")]
    public async Task SourceThatFails_LeavesTheLastVersionInForce_UntilItWorks(string mode)
    {
        await PublishOrganizationAsync(Payee);
        await PublishServiceAsync(10);
        await using GatewayProcess gateway = await StartAsync();
        ChainChannel channel = await market.Chain.OpenChannelAsync(1_000);

        string next = await _documents.AddServiceAsync(15);
        await _ipfs.SetModeAsync(mode);
        await _documents.RegisterServiceAsync(next);
        await SeesAsync(gateway, NotRead);
        Assert.Equal(0, (await SayAsync(gateway, channel, 10)).Code);
        Assert.DoesNotContain(gateway.Log, line => line.EventId == InForce);

        await _ipfs.SetModeAsync("ok");
        await SeesAsync(gateway, InForce);
        await SeesAsync(gateway, ReadAgain);
        Assert.Equal(0, (await SayAsync(gateway, channel, 15)).Code);
    }

    [Fact]
    public async Task BadDocument_IsRefusedWithItsField_AndTheServiceKeepsItsTerms()
    {
        await PublishOrganizationAsync(Payee);
        await PublishServiceAsync(10);
        await using GatewayProcess gateway = await StartAsync();
        gateway.ExpectErrors(Refused);
        ChainChannel channel = await market.Chain.OpenChannelAsync(1_000);

        JsonObject bad = MetadataSamples.Service(State.MultiPartyEscrow, State.GroupIdBase64, 5);
        bad["groups"]![0]!["pricing"]![0]!["price_in_cogs"] = "5";
        await _documents.PublishServiceAsync(bad);
        GatewayLogLine line = await SeesAsync(gateway, Refused);

        Assert.Contains("groups[0].pricing[0].price_in_cogs: not an amount in cogs", line.Message, StringComparison.Ordinal);
        Assert.Equal(0, (await SayAsync(gateway, channel, 10)).Code);
        await PublishServiceAsync(12);
        await SeesAsync(gateway, InForce);
        Assert.Equal(0, (await SayAsync(gateway, channel, 12)).Code);
    }

    [Fact]
    public async Task Start_WhileRegistryAndIpfsAreDown_UsesTheLastVersion()
    {
        await PublishOrganizationAsync(Payee);
        await PublishServiceAsync(10);
        await using ChainRelay chain = await ChainRelay.StartAsync(State.RpcUrl);
        await using GatewayProcess gateway = await StartAsync(chain.Url);
        ChainChannel channel = await market.Chain.OpenChannelAsync(1_000);
        Assert.Equal(0, (await SayAsync(gateway, channel, 10)).Code);
        Assert.Equal(0, await gateway.StopAsync());

        await _ipfs.SetModeAsync("down");
        chain.Mode = RelayMode.Refuses;
        await gateway.StartAgainAsync();
        await SeesAsync(gateway, NotRead);
        Assert.Contains("price", (await gateway.RunCommandAsync("prices")).Everything, StringComparison.OrdinalIgnoreCase);

        chain.Mode = RelayMode.Answers;
        await gateway.WaitUntilReadyAsync();
        Assert.Equal(0, (await SayAsync(gateway, channel, 10)).Code);
    }

    [Fact]
    public async Task LargeFile_IsReadInBlocks_AndOtherwiseAsAWhole()
    {
        // 600 KiB of white space: three blocks.
        await PublishOrganizationAsync(Payee);
        JsonObject document = MetadataSamples.Service(State.MultiPartyEscrow, State.GroupIdBase64, 10);
        byte[] content = [.. Encoding.UTF8.GetBytes(document.ToJsonString()), .. Enumerable.Repeat((byte)' ', 600 * 1024)];
        foreach (string form in (string[])["version0", "version1"])
        {
            foreach (string mode in (string[])["ok", "files"])
            {
                await _ipfs.SetModeAsync(mode);
                await _documents.RegisterServiceAsync(await _ipfs.AddAsync(content, form));
                await using GatewayProcess gateway = await StartAsync();
                await using GatewayProcess byGateway = await StartAsync(api: new Uri($"http://127.0.0.1:{FreePort.Find()}"));
            }
        }
    }

    /// <summary>A node searches for a block that it does not have, and does not respond: the first start does not wait for it.</summary>
    [Fact]
    public async Task NodeThatIsSilentOnBlocks_GivesTheDocumentsByCat()
    {
        await PublishOrganizationAsync(Payee);
        await PublishServiceAsync(10);
        await _ipfs.SetModeAsync("silent");
        await using GatewayProcess gateway = await StartAsync();
        Assert.Equal(0, (await SayAsync(gateway, await market.Chain.OpenChannelAsync(1_000), 10)).Code);
    }

    [Fact]
    public async Task ProtosOfTheMetadata_DescribeATranslatedService()
    {
        await PublishOrganizationAsync(Payee);
        JsonObject document = MetadataSamples.Service(State.MultiPartyEscrow, State.GroupIdBase64, 10);
        document["service_api_source"] = $"ipfs://{await _ipfs.AddAsync(Archive("add.proto"))}";
        await _documents.PublishServiceAsync(document);
        ConfigurationResult result = await LoadAsync();
        Assert.Empty(result.Errors);
        Assert.NotNull(result.Snapshot!.Backends.Find(Service)!.Descriptors!.Known!.FindMethod("/math.Math/Add"));

        document["service_api_source"] = $"ipfs://{await _ipfs.AddAsync(Archive("../../add.proto"))}";
        await _documents.PublishServiceAsync(document);
        string error = Assert.Single((await LoadAsync()).Errors).ToString();
        Assert.Contains("service_api_source: the entry '../../add.proto' leads out", error, StringComparison.Ordinal);
    }

    /// <summary>The archive imports the protocol's file without having it, as the reference allows.</summary>
    [Fact]
    public async Task TrainingMethodsOfAServiceByItsIds_AreThoseOfItsArchive()
    {
        await PublishOrganizationAsync(Payee);
        JsonObject document = MetadataSamples.Service(State.MultiPartyEscrow, State.GroupIdBase64, 10);
        document["service_api_source"] = $"ipfs://{await _ipfs.AddAsync(Archive("art.proto", TrainedProto))}";
        await _documents.PublishServiceAsync(document);
        GatewaySettings settings = _documents.Settings();
        settings = settings with
        {
            Options = new Dictionary<string, string>(settings.Options)
            {
                [$"SnetGateway:Services:{Service}:Training:Address"] = $"http://127.0.0.1:{FreePort.Find()}",
            },
        };
        await using GatewayProcess gateway = await GatewayProcess.StartAsync(settings);

        CallReport metadata = await AskAsync("get_training_metadata", new { });
        Assert.True(metadata.Messages[0].GetProperty("trainingInProto").GetBoolean());
        CallReport method = await AskAsync("get_method_metadata", new { grpcServiceName = "Art", grpcMethodName = "Draw" });
        Assert.Equal("base", method.Messages[0].GetProperty("defaultModelId").GetString());
        using var http = new HttpClient();
        JsonNode heartbeat = JsonNode.Parse(await http.GetStringAsync(
            new Uri($"http://{gateway.Endpoint}/heartbeat"), TestContext.Current.CancellationToken))!;
        Assert.Equal(
            """{"trainingEnabled":true,"trainingInProto":true,"trainingMethods":{"Art":["Draw"]}}""",
            heartbeat["trainingMetadata"]!.ToJsonString());

        async Task<CallReport> AskAsync(string name, object request)
        {
            CallReport report = await _client.CallAsync(
                new ClientJob { Endpoint = gateway.Endpoint, Method = $"training.Daemon/{name}", Requests = [request] });
            Assert.True(report.Code == 0, report.Details);
            return report;
        }
    }

    private static byte[] Archive(string name, string proto = Proto)
    {
        using var packed = new MemoryStream();
        using (var tar = new TarWriter(packed, TarEntryFormat.Pax, leaveOpen: true))
        {
            var content = new MemoryStream(Encoding.UTF8.GetBytes(proto));
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = content });
        }

        return packed.ToArray();
    }

    /// <summary>Reads a configuration with a JSON-RPC service, as the gateway does at its first start.</summary>
    private async Task<ConfigurationResult> LoadAsync()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("snet-registry-");
        try
        {
            var file = new JsonObject
            {
                ["SnetGateway:Chain:Endpoints:0"] = State.RpcUrl.ToString(),
                ["SnetGateway:Chain:ChainId"] = State.ChainId,
                ["SnetGateway:Chain:EscrowAddress"] = State.MultiPartyEscrow,
                ["SnetGateway:Registry:Address"] = State.Registry,
                ["SnetGateway:Registry:Folder"] = folder.FullName,
                ["SnetGateway:Registry:Ipfs:Apis:0"] = _ipfs.Address.ToString(),
                ["SnetGateway:Registry:Ipfs:Gateways:0"] = _ipfs.Address.ToString(),
                ["SnetGateway:Services:echo:OrganizationId"] = State.OrganizationId,
                ["SnetGateway:Services:echo:ServiceId"] = State.ServiceId,
                ["ReverseProxy:Routes:echo:ClusterId"] = Service,
                ["ReverseProxy:Routes:echo:Match:Path"] = "/{**method}",
                ["ReverseProxy:Routes:echo:Metadata:Service"] = Service,
                ["ReverseProxy:Clusters:echo:Metadata:Backend"] = "jsonrpc",
                ["ReverseProxy:Clusters:echo:Destinations:one:Address"] = "http://127.0.0.1:7010/rpc",
            };
            return await new ConfigurationLoader(new ConfigurationSources(null, []))
                .LoadAsync(Encoding.UTF8.GetBytes(file.ToJsonString()), new ErrorList());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private Task<GatewayProcess> StartAsync(Uri? chain = null, Uri? api = null) =>
        GatewayProcess.StartAsync(_documents.Settings(api) with { ChainUrl = chain });

    private static Task<GatewayLogLine> SeesAsync(GatewayProcess gateway, int eventId) => PublishedDocuments.SeesAsync(gateway, eventId);

    private Task<CallReport> SayAsync(GatewayProcess gateway, ChainChannel channel, long price) =>
        _client.CallAsync(market.Say(gateway, channel, price));

    private Task<CallReport> SayOnceAsync(GatewayProcess gateway, ChainChannel channel, long total) =>
        _documents.SayOnceAsync(gateway, channel, total);

    private Task PublishServiceAsync(long cogs) => _documents.PublishServiceAsync(cogs);

    private Task PublishOrganizationAsync(string payee) => _documents.PublishOrganizationAsync(payee);
}
