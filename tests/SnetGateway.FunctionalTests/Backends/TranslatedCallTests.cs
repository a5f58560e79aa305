using System.Collections.Concurrent;
using System.IO.Compression;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Gateway.Backends;
using SnetGateway.Gateway.Backends.Http;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Settlement;
using Xunit;

namespace SnetGateway.FunctionalTests.Backends;

/// <summary>Paid gRPC calls of services that speak JSON-RPC or HTTP, written with the libraries of their world.</summary>
public sealed class TranslatedCallTests(JsonServices services) : IClassFixture<JsonServices>
{
    private const string Whole = """
        {"item_id":"ä\u0000\"<","big_number":"9223372036854775807","payload":"/+8=","tags":["a",""],"ratio":0.1,"made_at":"2020-02-03T04:05:06.789Z","counts":{"most":"18446744073709551615"},"color":"RED","inner_item":{"big_number":"-9007199254740993"}}
        """;

    [Theory]
    [InlineData("jsonrpc")]
    [InlineData("http")]
    public async Task Protobuf_GoesThereAndBack_WithEveryDigit(string kind)
    {
        await using TranslatorRig rig = await StartAsync(kind);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Whole), await rig.AskAsync("Call", Whole)));
        Assert.Equal("9007199254740995", (string?)(await rig.AskAsync("Sum", """{"numbers":["9007199254740993","2"]}"""))["total"]);
        Assert.Equal("{}", (await rig.AskAsync("Nothing", "{}")).ToJsonString());
        Assert.Equal("\"LOUD\"", (await rig.AskAsync("Word", "\"loud\"")).ToJsonString());
        Assert.All(rig.Harness.Reservations, reservation => Assert.Equal("settled", reservation.Ended.Result));
    }

    [Theory]
    [InlineData("jsonrpc")]
    [InlineData("http")]
    public async Task JsonClient_GetsJson_InTheCanonicalSpelling(string kind)
    {
        await using TranslatorRig rig = await StartAsync(kind);
        GrpcReply reply = await rig.CallJsonAsync("Call", """{"itemId":"x","big_number":5}""");
        Assert.Equal((0, "application/grpc+json"), (reply.Status, reply.ContentHeaders.ContentType!.ToString()));
        Assert.Equal("""{"itemId":"x","bigNumber":"5"}""", Assert.Single(reply.Texts));

        GrpcReply wrong = await rig.CallJsonAsync("Call", """{"itemId":5}""");
        Assert.Equal(3, wrong.Status);
        Assert.Contains("$.itemId", wrong.Message, StringComparison.Ordinal);
        Assert.Equal(3, (await rig.CallJsonAsync("Call", "{")).Status);
    }

    [Theory]
    [InlineData("jsonrpc")]
    [InlineData("http")]
    public async Task FailingStore_LetsNoByteOut(string kind)
    {
        await using TranslatorRig rig = await StartAsync(kind);
        rig.Harness.OnSettle = () => new(Refusals.NotRecorded());
        GrpcReply reply = await rig.CallAsync("Call", Whole);
        Assert.Equal((13, "unable to store new payment channel state"), (reply.Status, reply.Message));
        Assert.Empty(reply.Body);
    }

    /// <summary>A byte of protobuf becomes five of JSON here. With long names of an enum it would be some hundred.</summary>
    [Theory]
    [InlineData("jsonrpc")]
    [InlineData("http")]
    public async Task RequestThatIsTooLongAsJson_IsRefused_AndTheServiceNotAsked(string kind)
    {
        await using TranslatorRig rig = await StartAsync(kind, settings: new() { ["SnetGateway:Limits:MaxRequestMessageBytes"] = "20000" });
        GrpcReply reply = await rig.CallAsync("Sum", $$"""{"numbers":[{{string.Join(',', Enumerable.Repeat("99", 19_900))}}]}""");
        Assert.Equal((8, "the request as JSON is larger than allowed: the limit is 80000"), (reply.Status, reply.Message));
        Assert.NotEqual("settled", await rig.Harness.Reservation.Ended.WithTimeout());
        Assert.Equal(0, (await rig.CallAsync("Sum", $$"""{"numbers":[{{string.Join(',', Enumerable.Repeat("99", 15_000))}}]}""")).Status);
    }

    [Theory]
    [InlineData("jsonrpc")]
    [InlineData("http")]
    public async Task TenMebibytes_PassWhenTheLimitsAreRaised_AndAreRefusedBeforeAnythingIsChargedWhenNot(string kind)
    {
        string json = $$"""{"payload":"{{Convert.ToBase64String(new byte[10 * 1024 * 1024])}}"}""";
        await using (TranslatorRig rig = await StartAsync(kind, settings: new()
        {
            ["SnetGateway:Limits:MaxRequestMessageBytes"] = "16777216",
            ["SnetGateway:Limits:MaxResponseMessageBytes"] = "16777216",
        }))
        {
            byte[] message = rig.Encode("Call", json);
            GrpcReply reply = await rig.CallAsync("Call", Wire.Frame(message));
            Assert.Equal(0, reply.Status);
            Assert.Equal(message, Assert.Single(reply.Messages));
        }

        await using (TranslatorRig rig =
            await StartAsync(kind, settings: new() { ["SnetGateway:Limits:MaxRequestMessageBytes"] = "16777216" }))
        {
            GrpcReply reply = await rig.CallAsync("Call", json);
            Assert.Equal(8, reply.Status);
            Assert.Equal(nameof(ReleaseReason.ServiceFailed), await rig.Harness.Reservation.Ended.WithTimeout());
        }
    }

    [Theory]
    [InlineData("jsonrpc")]
    [InlineData("http")]
    public async Task DeadlineAndDeparture_ReachTheService(string kind)
    {
        await using TranslatorRig rig = await StartAsync(kind);
        int begun = await CountAsync(rig, "begun"), left = await CountAsync(rig, "left");
        Task<GrpcReply> late = rig.CallAsync("Wait", Wire.Frame(rig.Encode("Wait", "{}")), ("grpc-timeout", "2S"));
        await UntilAsync(rig, "begun", begun + 1);
        Assert.Equal(4, (await late.WithTimeout()).Status);
        await UntilAsync(rig, "left", left + 1);

        using var leave = new CancellationTokenSource();
        Task<HttpResponseMessage> call = rig.Harness.SendAsync(
            rig.Harness.Request(TranslatorRig.Path("Wait"), new ByteArrayContent(Wire.Frame([])), GatewayHarness.Payment()), leave.Token);
        await UntilAsync(rig, "begun", begun + 2);
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WithTimeout());
        await UntilAsync(rig, "left", left + 2);
        await Eventually.TrueAsync(() => rig.Harness.Reservations.Any(
            made => made.Ended is { IsCompleted: true, Result: nameof(ReleaseReason.ClientDisconnected) }));
    }

    [Theory]
    [InlineData("jsonrpc")]
    [InlineData("http")]
    public async Task CompressedRequest_IsExpanded_WithinTheLimit(string kind)
    {
        await using TranslatorRig rig = await StartAsync(kind);
        byte[] message = rig.Encode("Call", Whole);
        GrpcReply reply = await rig.CallAsync("Call", Wire.Frame(Gzip(message), compressed: true), ("grpc-encoding", "gzip"));
        Assert.Equal(message, Assert.Single(reply.Messages));

        byte[] bomb = Wire.Frame(Gzip(new byte[64 * 1024 * 1024]), compressed: true);
        Assert.Equal(8, (await rig.CallAsync("Call", bomb, ("grpc-encoding", "gzip"))).Status);
        Assert.Equal(12, (await rig.CallAsync("Call", Wire.Frame(message, compressed: true), ("grpc-encoding", "snappy"))).Status);
        Assert.Equal(13, (await rig.CallAsync("Call", Wire.Frame(message, compressed: true))).Status);
        Assert.Equal(13, (await rig.CallAsync("Call", Wire.Frame([1, 2, 3], compressed: true), ("grpc-encoding", "gzip"))).Status);
    }

    [Theory]
    [InlineData("jsonrpc", "Stream", 12)]
    [InlineData("jsonrpc", "Upload", 12)]
    [InlineData("jsonrpc", "Missing", 12)]
    [InlineData("http", "Stream", 12)]
    [InlineData("http", "Upload", 12)]
    [InlineData("http", "Missing", 12)]
    public async Task StreamsAndUnknownMethods_AreUnimplemented(string kind, string method, int status)
    {
        await using TranslatorRig rig = await StartAsync(kind);
        Assert.Equal(status, (await rig.CallAsync(method, Wire.Frame([]))).Status);
        Assert.Equal(nameof(ReleaseReason.ServiceFailed), await rig.Harness.Reservation.Ended.WithTimeout());
    }

    [Theory]
    [InlineData("jsonrpc")]
    [InlineData("http")]
    public async Task RequestThatIsNotOneMessage_IsRefusedBeforeTheServiceSeesIt(string kind)
    {
        await using TranslatorRig rig = await StartAsync(kind);
        byte[] frame = Wire.Frame(rig.Encode("Call", Whole));
        Assert.Equal(13, (await rig.CallAsync("Call", [])).Status);
        Assert.Equal(13, (await rig.CallAsync("Call", [.. frame, .. frame])).Status);
        Assert.Equal(13, (await rig.CallAsync("Call", frame[..^1])).Status);
        Assert.Equal(3, (await rig.CallAsync("Call", Wire.Frame([255, 255, 255]))).Status);
    }

    [Fact]
    public async Task JsonRpcErrors_KeepCodeAndMessage()
    {
        await using TranslatorRig rig = await StartAsync("jsonrpc");
        (int Code, int Status)[] rows = [(-32602, 3), (-32603, 13), (-32000, 2), (42, 2)];
        foreach ((int code, int status) in rows)
        {
            GrpcReply reply = await rig.CallAsync("Fail", $$"""{"code":{{code}},"message":"no ßuch thing"}""");
            Assert.Equal((status, $"json-rpc error {code}: no ßuch thing"), (reply.Status, reply.Message));
            Assert.Equal($"{code}", GrpcReply.One(reply.Headers, "jsonrpc-error-code"));
            Assert.Empty(reply.Body);
        }

        // List has another name at the service, and nobody said so.
        GrpcReply missing = await rig.CallAsync("List", "{}");
        Assert.Equal((12, "json-rpc error -32601: Method not found"), (missing.Status, missing.Message));
    }

    [Fact]
    public async Task JsonRpc_OtherSpelling_UnknownFields_AndNamesOfMethods()
    {
        var options = new ClusterBackendOptions();
        options.JsonRpc.Methods["/test.Echo/List"] = "items.list";
        await using TranslatorRig rig = await StartAsync("jsonrpc", options);
        Assert.Equal(
            """{"item_id":"a","big_number":"7"}""", (await rig.AskAsync("Find", """{"item_id":"a","big_number":"7"}""")).ToJsonString());
        Assert.Equal("""{"items":[{"item_id":"a"},{"item_id":"a"}]}""", (await rig.AskAsync("List", """{"item_id":"a"}""")).ToJsonString());
    }

    [Fact]
    public async Task JsonRpc_ServiceSees_ItsOwnNames_TheUser_AndNoPayment()
    {
        await using TranslatorRig rig = await StartAsync("jsonrpc");
        GrpcReply reply = await rig.CallAsync(
            "Seen", Wire.Frame(rig.Encode("Seen", """{"item_id":"a"}""")), ("x-mine", "1"), ("grpc-timeout", "9S"));
        JsonNode seen = rig.Decode("Seen", reply.Messages.Single());
        Assert.Equal("2.0", (string?)seen["body"]!["jsonrpc"]);
        Assert.Equal("""{"item_id":"a"}""", seen["body"]!["params"]!.ToJsonString());
        JsonObject headers = seen["headers"]!.AsObject();
        Assert.Equal("application/json", (string?)headers["content-type"]);
        Assert.Equal(GatewayHarness.PayerText, (string?)headers["snet-user-address"]);
        Assert.Matches("^[0-9]+[muS]$", (string?)headers["grpc-timeout"]);
        Assert.DoesNotContain(
            headers, header => header.Key.StartsWith("snet-payment", StringComparison.Ordinal) || header.Key is "x-mine" or "te");
    }

    [Theory]
    [InlineData(400, 13)]
    [InlineData(401, 16)]
    [InlineData(403, 7)]
    [InlineData(404, 12)]
    [InlineData(429, 14)]
    [InlineData(500, 2)]
    [InlineData(503, 14)]
    public async Task HttpStatuses_BecomeCodes_AndTheirBodiesStayInside(int http, int status)
    {
        await using TranslatorRig rig = await StartAsync("http");
        GrpcReply reply = await rig.CallAsync("Fail", $$"""{"code":{{http}},"message":"inside"}""");
        Assert.Equal((status, $"the service responded with HTTP status {http}"), (reply.Status, reply.Message));
        Assert.Equal(nameof(ReleaseReason.ServiceFailed), await rig.Harness.Reservation.Ended.WithTimeout());
        Assert.True(rig.Harness.Log.Has("ResponseUnusable"));
    }

    [Fact]
    public async Task Http_MappedStatus_IsTheClients_AndNotAWarning()
    {
        var options = new ClusterBackendOptions();
        options.Http.Statuses["404"] = Grpc.Core.StatusCode.NotFound;
        options.Http.Statuses["400"] = Grpc.Core.StatusCode.InvalidArgument;
        options.Http.Methods[TranslatorRig.Path("Fail")] =
            new HttpMethodOptions { Statuses = { ["400"] = Grpc.Core.StatusCode.FailedPrecondition } };
        await using TranslatorRig rig = await TranslatorRig.StartAsync("http", services.Http, options);
        GrpcReply missing = await rig.CallAsync("Fail", """{"code":404}""");
        Assert.Equal((5, "the service responded with HTTP status 404"), (missing.Status, missing.Message));
        Assert.Equal(9, (await rig.CallAsync("Fail", """{"code":400}""")).Status);
        Assert.False(rig.Harness.Log.Has("ResponseUnusable"));
        Assert.Equal(14, (await rig.CallAsync("Fail", """{"code":503}""")).Status);
        Assert.True(rig.Harness.Log.Has("ResponseUnusable"));
    }

    [Fact]
    public async Task Http_PathsVerbsAndParts_ByRule()
    {
        var options = new ClusterBackendOptions();
        options.Http.Methods["/test.Echo/Find"] =
            new HttpMethodOptions { Verb = "GET", Path = "/items/{item_id}", ResponseFrom = "data.item" };
        options.Http.Methods["/test.Echo/List"] = new HttpMethodOptions { Path = "list", ResponseInto = "items" };
        options.Http.Methods["/test.Echo/Seen"] = new HttpMethodOptions { Verb = "PUT", Path = "/seen/{inner_item.item_id}" };
        await using TranslatorRig rig = await StartAsync("http", options);

        const string Item = """{"item_id":"a/b ?ü","big_number":"-5","tags":["x","y"]}""";
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Item), await rig.AskAsync("Find", Item)));
        Assert.Equal("""{"items":[{"item_id":"a"},{"item_id":"a"}]}""", (await rig.AskAsync("List", """{"item_id":"a"}""")).ToJsonString());
        JsonNode seen = await rig.AskAsync("Seen", """{"item_id":"a","inner_item":{"item_id":"%2e%2e","ratio":2.5}}""");
        Assert.Equal(("PUT", "/api/seen/%252e%252e"), ((string?)seen["method"], (string?)seen["path"]));
        Assert.Equal("""{"inner_item":{"ratio":2.5},"item_id":"a"}""", Sorted(seen["body"]!));

        foreach (string id in (string[])["", ".", ".."])
        {
            Assert.Equal(3, (await rig.CallAsync("Find", $$"""{"item_id":"{{id}}"}""")).Status);
        }

        Assert.Equal(3, (await rig.CallAsync("Seen", """{"item_id":"a"}""")).Status);
    }

    [Fact]
    public async Task Http_Credentials_GoWhereTheyBelong_AndNowhereElse()
    {
        const string Secret = "s3cret/&=?";
        var options = new ClusterBackendOptions();
        options.Http.Credentials["a"] = new CredentialOptions { Location = "header", Key = "x-api-key", Value = Secret };
        options.Http.Credentials["b"] = new CredentialOptions { Location = "query", Key = "token", Value = Secret };
        options.Http.Credentials["c"] = new CredentialOptions { Location = "body", Key = "api_key", Value = Secret };
        await using TranslatorRig rig = await StartAsync("http", options);

        // What a client writes behind a question mark is not the service's.
        GrpcReply reply = await rig.Harness.CallAsync(
            Wire.Frame(rig.Encode("Seen", """{"item_id":"a"}""")), GatewayHarness.Payment(),
            TranslatorRig.Path("Seen") + "?token=mine&x=1");
        JsonNode seen = rig.Decode("Seen", reply.Messages.Single());
        Assert.Equal(Secret, (string?)seen["headers"]!["x-api-key"]);
        Assert.Equal(
            $$"""{"token":"{{Secret}}"}""",
            seen["query"]!.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
        Assert.Equal((Secret, "a"), ((string?)seen["body"]!["api_key"], (string?)seen["body"]!["item_id"]));

        Assert.Equal(12, (await rig.CallAsync("Find", "{}")).Status);
        Assert.DoesNotContain(rig.Harness.Log.Lines, line => line.Text.Contains("s3cret", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("jsonrpc")]
    [InlineData("http")]
    public async Task NobodyThere_IsUnavailable_WithoutAddressOrCredential(string kind)
    {
        var options = new ClusterBackendOptions();
        options.Http.Credentials["b"] = new CredentialOptions { Location = "query", Key = "token", Value = "s3cret" };
        Uri gone;
        await using (ScriptedService service = await ScriptedService.StartAsync())
        {
            gone = service.Address;
        }

        await using TranslatorRig rig = await TranslatorRig.StartAsync(kind, gone, kind == "http" ? options : null);
        GrpcReply reply = await rig.CallAsync("Call", "{}");
        Assert.Equal((14, "the service cannot be reached"), (reply.Status, reply.Message));
        Assert.DoesNotContain(rig.Harness.Log.Lines, line => line.Text.Contains("s3cret", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("jsonrpc")]
    [InlineData("http")]
    public async Task HealthProbe_IsAGet(string kind)
    {
        await using ScriptedService service = await ScriptedService.StartAsync(HttpProtocols.Http1);
        var asked = new ConcurrentQueue<string>();
        service.Handle = context =>
        {
            asked.Enqueue($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}");
            return Task.CompletedTask;
        };
        await using TranslatorRig rig = await TranslatorRig.StartAsync(kind, new Uri(service.Address, "/api/"), settings: new()
        {
            ["ReverseProxy:Clusters:echo:HealthCheck:Active:Enabled"] = "true",
            ["ReverseProxy:Clusters:echo:HealthCheck:Active:Interval"] = "00:00:00.05",
            ["ReverseProxy:Clusters:echo:HealthCheck:Active:Path"] = "/healthz",
            ["ReverseProxy:Clusters:echo:HealthCheck:Active:Query"] = "?level=ready",
        });
        await Eventually.TrueAsync(() => asked.Count > 1);
        Assert.Equal("GET /api/healthz?level=ready", asked.Distinct().Single());
    }

    private Task<TranslatorRig> StartAsync(
        string kind, ClusterBackendOptions? options = null, Dictionary<string, string?>? settings = null) =>
        TranslatorRig.StartAsync(kind, services.Of(kind), options, settings);

    private static async Task<int> CountAsync(TranslatorRig rig, string what) => (int)(await rig.AskAsync("Seen", "{}"))[what]!;

    private static async Task UntilAsync(TranslatorRig rig, string what, int count)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (await CountAsync(rig, what) < count)
        {
            limit.Token.ThrowIfCancellationRequested();
        }
    }

    private static string Sorted(JsonNode node) =>
        new JsonObject(node.AsObject().OrderBy(member => member.Key, StringComparer.Ordinal)
            .Select(member => KeyValuePair.Create(member.Key, member.Value?.DeepClone()))).ToJsonString();

    private static byte[] Gzip(byte[] bytes)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }

        return packed.ToArray();
    }
}
