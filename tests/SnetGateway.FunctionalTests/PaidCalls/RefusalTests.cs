using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Gateway.PaidCalls;
using SnetGateway.Payments.Admission;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit;
using Xunit;
using Yarp.ReverseProxy.Transforms.Builder;

namespace SnetGateway.FunctionalTests.PaidCalls;

/// <summary>What a paid route refuses before anything else happens, each with its exact answer.</summary>
public sealed class RefusalTests
{
    public static TheoryData<string, string?, int, string> Metadata => new()
    {
        { PaymentMetadata.Type, "job", 3, "unexpected \"snet-payment-type\", value: \"job\"" },
        { PaymentMetadata.Type, "Escrow", 3, "unexpected \"snet-payment-type\", value: \"Escrow\"" },
        { PaymentMetadata.Type, new string('j', 300), 3, $"unexpected \"snet-payment-type\", value: \"{new string('j', 100)}\"" },
        { PaymentMetadata.Type, "", 3, "unexpected \"snet-payment-type\", value: \"\"" },
        { PaymentMetadata.ChannelId, null, 3, "missing \"snet-payment-channel-id\"" },
        { PaymentMetadata.ChannelNonce, null, 3, "missing \"snet-payment-channel-nonce\"" },
        { PaymentMetadata.ChannelAmount, null, 3, "missing \"snet-payment-channel-amount\"" },
        { PaymentMetadata.ChannelSignature, null, 3, "missing \"snet-payment-channel-signature-bin\"" },
        { PaymentMetadata.ChannelId, "", 3, "incorrect format \"snet-payment-channel-id\": \"\"" },
        { PaymentMetadata.ChannelId, "-1", 3, "incorrect format \"snet-payment-channel-id\": \"-1\"" },
        { PaymentMetadata.ChannelId, "+1", 3, "incorrect format \"snet-payment-channel-id\": \"+1\"" },
        { PaymentMetadata.ChannelId, "010", 3, "incorrect format \"snet-payment-channel-id\": \"010\"" },
        { PaymentMetadata.ChannelId, "0x10", 3, "incorrect format \"snet-payment-channel-id\": \"0x10\"" },
        { PaymentMetadata.ChannelNonce, "1_000", 3, "incorrect format \"snet-payment-channel-nonce\": \"1_000\"" },
        { PaymentMetadata.ChannelNonce, "1,2", 3, "incorrect format \"snet-payment-channel-nonce\": \"1,2\"" },
        { PaymentMetadata.ChannelAmount, "1e3", 3, "incorrect format \"snet-payment-channel-amount\": \"1e3\"" },
        {
            PaymentMetadata.ChannelAmount, "115792089237316195423570985008687907853269984665640564039457584007913129639936", 3,
            "incorrect format \"snet-payment-channel-amount\": "
            + "\"115792089237316195423570985008687907853269984665640564039457584007913129639936\""
        },
        {
            PaymentMetadata.ChannelAmount, new string('9', 300), 3,
            $"incorrect format \"snet-payment-channel-amount\": \"{new string('9', 100)}\""
        },
        { PaymentMetadata.ChannelSignature, "AA,AA", 13, "malformed binary metadata in header \"snet-payment-channel-signature-bin\"" },
        { PaymentMetadata.ChannelSignature, "A", 13, "malformed binary metadata in header \"snet-payment-channel-signature-bin\"" },
        { PaymentMetadata.ChannelSignature, "__-_", 13, "malformed binary metadata in header \"snet-payment-channel-signature-bin\"" },
    };

    [Theory]
    [MemberData(nameof(Metadata))]
    public async Task WrongMetadata_HasItsDocumentedAnswer_AndNothingElseHappens(string key, string? value, int status, string message)
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        Dictionary<string, string> headers = GatewayHarness.Payment();
        headers.Remove(key);
        if (value is not null)
        {
            headers[key] = value;
        }

        GrpcReply reply = await gateway.CallAsync(Wire.Frame("a"), headers);
        Assert.Equal(HttpStatusCode.OK, reply.Http);
        Assert.Equal(status, reply.Status);
        Assert.Equal(message, reply.Message);
        Assert.True(reply.IsTrailersOnly);
        Assert.Equal(0, gateway.Service.Requests);
        Assert.Empty(gateway.Admitted);
    }

    [Fact]
    public async Task TheFirstMistake_IsTheAnswer()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        GrpcReply reply =
            await gateway.CallAsync(Wire.Frame("a"), [new(PaymentMetadata.ChannelNonce, "x"), new(PaymentMetadata.ChannelAmount, "y")]);
        Assert.Equal("missing \"snet-payment-channel-id\"", reply.Message);
        reply = await gateway.CallAsync(
            Wire.Frame("a"),
            [new(PaymentMetadata.ChannelId, "1"), new(PaymentMetadata.ChannelNonce, "x"), new(PaymentMetadata.ChannelAmount, "y")]);
        Assert.Equal("incorrect format \"snet-payment-channel-nonce\": \"x\"", reply.Message);
    }

    [Fact]
    public async Task MalformedSignature_IsTheAnswer_OnlyWhenAllBeforeItIsRight()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        Dictionary<string, string> headers = GatewayHarness.Payment();
        headers[PaymentMetadata.ChannelSignature] = "AA,AA";
        headers[PaymentMetadata.ChannelAmount] = "x";
        Assert.Equal(
            "incorrect format \"snet-payment-channel-amount\": \"x\"", (await gateway.CallAsync(Wire.Frame("a"), headers)).Message);
        Assert.Empty(gateway.Admitted);
    }

    [Fact]
    public async Task MalformedBinaryOfAnotherKey_IsForTheServiceToJudge()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        string? seen = null;
        gateway.Service.Handle = context =>
        {
            seen = context.Request.Headers["custom-bin"];
            return Wire.EchoAsync(context);
        };
        Dictionary<string, string> headers = GatewayHarness.Payment();
        headers["custom-bin"] = "no base64!";
        Assert.Equal(0, (await gateway.CallAsync(Wire.Frame("a"), headers)).Status);
        Assert.Equal("no base64!", seen);
    }

    [Fact]
    public async Task NoPaymentType_IsEscrow()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        Dictionary<string, string> headers = GatewayHarness.Payment();
        headers.Remove(PaymentMetadata.Type);
        Assert.Equal(0, (await gateway.CallAsync(Wire.Frame("a"), headers)).Status);
        ChannelPayment payment = gateway.Admitted.Single().Payment;
        Assert.Equal(new ChannelId(7), payment.Channel);
        Assert.Equal(65, payment.Signature.Length);
    }

    [Fact]
    public async Task EmptySignature_IsPresent_AndLeftToTheJudge()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        gateway.Admit = (payment, _, _) => new(
            AdmissionResult.Refused(payment.Signature.IsEmpty ? Refusals.SignatureInvalid() : Refusals.NotRecorded()));
        Dictionary<string, string> headers = GatewayHarness.Payment();
        headers[PaymentMetadata.ChannelSignature] = "";
        Assert.Equal("payment signature is not valid", (await gateway.CallAsync(Wire.Frame("a"), headers)).Message);
    }

    [Fact]
    public async Task RefusedPayment_ReachesTheClientWithItsCode_BeforeTheRequestIsRead()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        gateway.Admit = (_, _, _) => new(AdmissionResult.Refused(Refusals.WrongNonce(new ChannelNonce(3), new ChannelNonce(1))));
        var content = new DuplexContent();
        using HttpResponseMessage response =
            await gateway.SendAsync(gateway.Request(GatewayHarness.Method, content, GatewayHarness.Payment())).WithTimeout();
        GrpcReply reply = await GrpcReply.ReadAsync(response).WithTimeout();
        Assert.Equal(1000, reply.Status);
        Assert.Equal("incorrect payment channel nonce, latest: 3, sent: 1", reply.Message);
        Assert.Equal(0, gateway.Service.Requests);
        content.Complete();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AdmissionThatThrows_IsInternal_AndAFaultOfTheGateway(bool atOnce)
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        gateway.Log.Expected.Add("CallFaulted");
        gateway.Admit = async (_, _, _) =>
        {
            await Task.Yield();
            throw new InvalidOperationException("scripted");
        };
        if (atOnce)
        {
            gateway.Admit = (_, _, _) => throw new InvalidOperationException("scripted");
        }

        GrpcReply reply = await gateway.CallAsync("a");
        Assert.Equal((13, "internal error"), (reply.Status, reply.Message));
        Assert.True(gateway.Log.Has("CallFaulted"));
        Assert.Equal(0, gateway.Service.Requests);
    }

    [Fact]
    public async Task MetadataAboveTheLimit_IsExhausted()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        Dictionary<string, string> headers = GatewayHarness.Payment();
        headers["large"] = new string('x', 17_000);
        GrpcReply reply = await gateway.CallAsync(Wire.Frame("a"), headers);
        Assert.Equal(8, reply.Status);
        Assert.Empty(gateway.Admitted);
    }

    [Fact]
    public async Task ManySmallHeadersAboveTheLimit_AreExhausted()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        Dictionary<string, string> headers = GatewayHarness.Payment();
        for (int i = 0; i < 500; i++)
        {
            headers[$"h{i}"] = "1";
        }

        Assert.Equal(8, (await gateway.CallAsync(Wire.Frame("a"), headers)).Status);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("S")]
    [InlineData("-1S")]
    [InlineData("123456789S")]
    public async Task MalformedTimeout_IsInternal(string timeout)
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        Dictionary<string, string> headers = GatewayHarness.Payment();
        headers["grpc-timeout"] = timeout;
        GrpcReply reply = await gateway.CallAsync(Wire.Frame("a"), headers);
        Assert.Equal(13, reply.Status);
        Assert.Empty(gateway.Admitted);
    }

    [Theory]
    [InlineData("GET", 405)]
    [InlineData("PUT", 405)]
    [InlineData("DELETE", 405)]
    [InlineData("OPTIONS", 405)]
    [Rule(20)]
    public async Task OtherHttpMethods_AreRefused(string method, int status)
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        HttpRequestMessage request = gateway.Request(GatewayHarness.Method, new ByteArrayContent([]), GatewayHarness.Payment());
        request.Method = new HttpMethod(method);
        await AssertRefusedAsync(gateway, request, status);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/grpcx")]
    [InlineData("text/plain")]
    public async Task OtherContentTypes_AreRefused(string type)
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        HttpRequestMessage request = gateway.Request(GatewayHarness.Method, new ByteArrayContent([]), GatewayHarness.Payment());
        request.Content!.Headers.Remove("content-type");
        request.Content.Headers.TryAddWithoutValidation("content-type", type);
        await AssertRefusedAsync(gateway, request, 415);
    }

    [Fact]
    [Rule(20)]
    public async Task PlainGrpcOnHttp11_IsRefused()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        HttpRequestMessage request = gateway.Request(
            GatewayHarness.Method, new ByteArrayContent(Wire.Frame("a")), GatewayHarness.Payment());
        request.Version = HttpVersion.Version11;
        request.Headers.Remove("te");
        await AssertRefusedAsync(gateway, request, 426);
    }

    [Fact]
    [Rule(20)]
    public async Task ExtendedConnect_IsRefused()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        HttpRequestMessage request = gateway.Request(GatewayHarness.Method, null, GatewayHarness.Payment());
        request.Content = null;
        request.Method = HttpMethod.Connect;
        request.Headers.Protocol = "websocket";
        await AssertRefusedAsync(gateway, request, 405);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    [Rule(20)]
    public async Task Upgrade_IsRefused(string method)
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        string answer =
            await RawAsync(gateway, $"{method} {GatewayHarness.Method} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nContent-Type: "
                    + "application/grpc\r\nContent-Length: 0\r\n\r\n");
        Assert.Matches("^HTTP/1.1 (405|426) ", answer);
        Assert.Equal(0, gateway.Service.Requests);
        Assert.Empty(gateway.Admitted);
    }

    [Fact]
    public async Task UpgradeAndExtendedConnect_AreTakenOffACallThatGoesThrough()
    {
        object? upgrade = null, connect = null;
        bool asked = false;
        var hook = new ResponseHook(context =>
        {
            upgrade = context.Features.Get<IHttpUpgradeFeature>();
            connect = context.Features.Get<IHttpExtendedConnectFeature>();
            asked = true;
            return Task.CompletedTask;
        });
        await using GatewayHarness gateway = await GatewayHarness.StartAsync(
            services: services => services.AddSingleton<ITransformProvider>(hook),
            outside: app => app.Use(next => context =>
            {
                var everything = new EveryWayPast();
                context.Features.Set<IHttpUpgradeFeature>(everything);
                context.Features.Set<IHttpExtendedConnectFeature>(everything);
                return next(context);
            }));
        Assert.Equal(0, (await gateway.CallAsync("a")).Status);
        Assert.Equal((true, null, null), (asked, upgrade, connect));
    }

    [Fact]
    [Rule(20)]
    public async Task Connect_IsRefused()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        string answer = await RawAsync(gateway, "CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n");
        Assert.Matches("^HTTP/1.1 (4..|501) ", answer);
        Assert.Equal(0, gateway.Service.Requests);
    }

    private static async Task AssertRefusedAsync(GatewayHarness gateway, HttpRequestMessage request, int status)
    {
        using HttpResponseMessage response = await gateway.SendAsync(request).WithTimeout();
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("12", GrpcReply.One(response.Headers, "grpc-status"));
        Assert.Equal(0, gateway.Service.Requests);
        Assert.Empty(gateway.Admitted);
    }

    private static async Task<string> RawAsync(GatewayHarness gateway, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(gateway.PublicEndPoint).WithTimeout();
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request)).AsTask().WithTimeout();
        byte[] buffer = new byte[4096];
        int count = await stream.ReadAsync(buffer).AsTask().WithTimeout();
        return Encoding.ASCII.GetString(buffer, 0, count);
    }

    /// <summary>What a server offers to a request whose answer would go past the response body.</summary>
    private sealed class EveryWayPast : IHttpUpgradeFeature, IHttpExtendedConnectFeature
    {
        public bool IsUpgradableRequest => true;

        public bool IsExtendedConnect => true;

        public string? Protocol => "websocket";

        public Task<Stream> UpgradeAsync() => throw new InvalidOperationException("The answer goes past its payment.");

        public ValueTask<Stream> AcceptAsync() => throw new InvalidOperationException("The answer goes past its payment.");
    }
}
