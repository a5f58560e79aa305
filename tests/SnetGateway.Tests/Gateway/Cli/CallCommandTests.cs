using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.Gateway;
using SnetGateway.Gateway.Cli;
using SnetGateway.Gateway.Control;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit.Processes;
using Xunit;

namespace SnetGateway.Tests.Gateway.Cli;

/// <summary>`call` against a stand-in that checks payments as the protocol says, on real sockets.</summary>
public sealed class CallCommandTests : IAsyncLifetime
{
    private const string Key = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";
    private static readonly Address s_escrow = Address.Parse("0x5e592F9b1d303183d963635f895f0f0C48284f4e");
    private static readonly string[] s_ready = ["call", "--channel", "7", "--escrow", s_escrow.ToString()];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snet-call-");
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();
    private WebApplication _gateway = null!;
    private UInt256 _signed = 30;
    private UInt256 _price = 10;
    private int _fasterCalls;
    private string _host = "";
    private string _further = "";

    public async ValueTask InitializeAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(System.Net.IPAddress.Loopback, 0, o => o.Protocols = HttpProtocols.Http2);
            kestrel.Listen(System.Net.IPAddress.Loopback, 0, o => o.Protocols = HttpProtocols.Http1);
        });
        builder.Services.AddGrpc();
        _gateway = builder.Build();
        _gateway.MapPost("/", () => Results.Text("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"0x64\"}", "application/json"));
        _gateway.MapGrpcService(ServerServiceDefinition.CreateBuilder()
            .AddMethod(MethodOf(
                MethodType.Unary, ChannelStateService.Name, "GetChannelState", ChannelStateRequest.Parser, ChannelStateReply.Parser), Tell)
            .AddMethod(MethodOf(MethodType.Unary, "t.Echo", "Say", StringValue.Parser, StringValue.Parser), (request, call) =>
            {
                Charge(call);
                return Task.FromResult(new StringValue { Value = request.Value + "!" });
            })
            .AddMethod(MethodOf(
                MethodType.DuplexStreaming, "t.Echo", "Talk", StringValue.Parser, StringValue.Parser), async (requests, responses, call) =>
            {
                Charge(call);
                await foreach (StringValue request in requests.ReadAllAsync())
                {
                    await responses.WriteAsync(new StringValue { Value = request.Value + "!" });
                }
            })
            .Build());
        await _gateway.StartAsync();
        await File.WriteAllTextAsync(At("key"), Key + "\n");
        Directory.CreateDirectory(At("proto"));
        await File.WriteAllTextAsync(
            At("proto/echo.proto"),
            """
            syntax = "proto3";
            package t;
            import "google/protobuf/empty.proto";
            message Line { string text = 1; google.protobuf.Empty nothing = 2; }
            service Echo { rpc Say(Line) returns (Line); rpc Talk(stream Line) returns (stream Line); }
            """);
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Call_WithoutPrice_AsksStateAndPriceThenPays()
    {
        int code = await CallAsync("--method", "t.Echo/Say", "--data", "{\"text\":\"hello\"}", "--rpc", Rpc);

        Assert.True(code == 0, _error.ToString());
        Assert.Equal("hello!", System.Text.Json.JsonDocument.Parse(_output.ToString()).RootElement.GetProperty("text").GetString());
        Assert.Contains("paid 10 cogs: channel 7, nonce 3, 40 cogs signed in all", _error.ToString(), StringComparison.Ordinal);
        Assert.Equal("40", _signed.ToString());
    }

    [Fact]
    public async Task Call_FreeMethod_IsMadeOnce()
    {
        _price = 0;

        int code = await CallAsync("--method", "t.Echo/Say", "--data", "{}", "--rpc", Rpc);

        Assert.True(code == 0, _error.ToString());

        Assert.Single(_output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("paid 0 cogs", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_StreamsFromStandardInput_WithEverythingGiven()
    {
        int code = await CallWithInputAsync(
            "{\"text\":\"a\"} {\"text\":\"b\"}\n{\"text\":\"c\"}", "--method", "/t.Echo/Talk", "--nonce", "3", "--amount", "30", "--price",
            "10");

        Assert.True(code == 0, _error.ToString());
        Assert.Equal(3, _output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Equal("40", _signed.ToString());
    }

    [Fact]
    public async Task Call_State_PrintsWhatTheGatewayTells()
    {
        int code = await CallAsync("--state", "--rpc", Rpc);

        Assert.True(code == 0, _error.ToString());

        Assert.Equal("{\"channel\":\"7\",\"nonce\":\"3\",\"signed\":\"30\"}", _output.ToString().Trim());
    }

    [Theory]
    [InlineData(2, 0, "paid 10 cogs: channel 7, nonce 3, 60 cogs signed in all")]
    [InlineData(9, 1, "Unauthenticated (16): income 0 does not equal to price 10")]
    public async Task Call_OtherCallsAreFaster_PaysFromWhereTheyLeftTheChannel_AFewTimes(int fasterCalls, int code, string words)
    {
        _fasterCalls = fasterCalls;

        Assert.Equal(code, await CallAsync("--method", "t.Echo/Say", "--data", "{}", "--price", "10", "--rpc", Rpc));
        Assert.Contains(words, _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_KeyOfAnotherChannel_IsNamedByItsAddress()
    {
        await File.WriteAllTextAsync(At("key"), new string('1', 64));

        Assert.Equal(1, await CallAsync("--method", "t.Echo/Say", "--data", "{}", "--rpc", Rpc));
        Assert.Contains(
            "does not report the state of channel 7 to 0x19e7e376e7c213b7e7e7e46cc70a5dd086daff2a, the address of the key: "
                + "incorrect signature. Check --channel, --key-file and --escrow", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_WithAuthorityAndMetadata_SendsBoth()
    {
        int code = await CallAsync(
            "--method", "t.Echo/Say", "--data", "{}", "--rpc", Rpc, "--authority", "echo.example.org", "--metadata", "tenant=a=b",
            "--metadata", "blob-bin=AQI=");

        Assert.True(code == 0, _error.ToString());
        Assert.Equal("echo.example.org", _host);
        Assert.Equal("a=b AQI", _further.TrimEnd('='));
    }

    [Fact]
    public async Task Call_NoGateway_SaysWhere()
    {
        int port = FreePort.Find();

        Assert.Equal(1, await CallAsync("--state", "--rpc", Rpc, "--endpoint", $"127.0.0.1:{port}"));
        Assert.StartsWith($"error: no gateway at 127.0.0.1:{port}: Connection refused", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_ConfigurationThatIsNotJson_IsNamed()
    {
        await File.WriteAllTextAsync(At("broken.json"), "{ \"SnetGateway\": ");
        string[] args =
            ["call", "--config", At("broken.json"), "--channel", "7", "--endpoint", UrlOf(0), "--key-file", At("key"), "--state"];

        Assert.Equal(2, await RunAsync("", args));
        Assert.Contains("broken.json", _error.ToString(), StringComparison.Ordinal);
        Assert.Contains("not valid JSON", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_Refused_FailsWithStatusAndText()
    {
        int code = await CallAsync("--method", "t.Echo/Say", "--data", "{}", "--nonce", "3", "--amount", "30", "--price", "11");

        Assert.True(code == 1, _error.ToString());

        Assert.Equal("error: Unauthenticated (16): income 11 does not equal to price 10", _error.ToString().Trim());
        Assert.Empty(_output.ToString());
    }

    [Theory]
    [InlineData("no such method", "--method", "t.Echo/Sing", "--data", "{}")]
    [InlineData("no such method", "--data", "{}")]
    [InlineData("the request", "--method", "t.Echo/Say", "--data", "{\"tekst\":1}")]
    [InlineData("the request", "--method", "t.Echo/Say", "--data", "{")]
    [InlineData("takes one request", "--method", "t.Echo/Say", "--data", "{}{}")]
    [InlineData("--price", "--method", "t.Echo/Say", "--data", "{}", "--price", "-1", "--nonce", "1", "--amount", "1")]
    [InlineData("--metadata", "--method", "t.Echo/Say", "--data", "{}", "--nonce", "1", "--amount", "1", "--metadata", "tenant")]
    [InlineData("--metadata", "--method", "t.Echo/Say", "--data", "{}", "--nonce", "1", "--amount", "1", "--metadata", "a-bin=?")]
    [InlineData("--ca", "--method", "t.Echo/Say", "--data", "{}", "--ca", "/nowhere.pem")]
    public async Task Call_WrongArguments_ExitWith2(string words, params string[] args)
    {
        Assert.Equal(2, await CallAsync(args));

        Assert.Contains(words == "no such method" ? "ethod" : words, _error.ToString(), StringComparison.Ordinal);
        Assert.Single(_error.ToString().Trim().Split('\n'));
    }

    [Fact]
    public async Task Call_KeyFileThatIsNone_NeverRepeatsIt()
    {
        await File.WriteAllTextAsync(At("key"), Key + "ff");

        Assert.Equal(2, await CallAsync("--method", "t.Echo/Say", "--data", "{}"));
        Assert.DoesNotContain("59c6", _error.ToString(), StringComparison.Ordinal);
    }

    private string Rpc => UrlOf(1);

    private string At(string name) => Path.Combine(_folder.FullName, name);

    private string UrlOf(int listener) => _gateway.Urls.ElementAt(listener);

    private Task<int> CallAsync(params string[] args) => CallWithInputAsync("", args);

    private Task<int> CallWithInputAsync(string input, params string[] args)
    {
        string[] endpoint = args.Contains("--endpoint") ? [] : ["--endpoint", UrlOf(0)];
        return RunAsync(input, [.. s_ready, .. endpoint, "--key-file", At("key"), "--proto", At("proto"), .. args]);
    }

    private Task<int> RunAsync(string input, string[] args) =>
        new CommandLine(new Terminal(new StringReader(input), _output, _error), GatewayApp.Build)
            .RunAsync(args, CancellationToken.None)
            .WaitAsync(TimeSpan.FromSeconds(60));

    private static Method<TRequest, TReply> MethodOf<TRequest, TReply>(
        MethodType type, string service, string name, MessageParser<TRequest> requests, MessageParser<TReply> replies)
        where TRequest : class, IMessage<TRequest>
        where TReply : class, IMessage<TReply> =>
        new(
            type, service, name, Marshallers.Create(m => m.ToByteArray(), requests.ParseFrom),
            Marshallers.Create(m => m.ToByteArray(), replies.ParseFrom));

    private Task<ChannelStateReply> Tell(ChannelStateRequest request, ServerCallContext call)
    {
        byte[] message =
        [
            .. "__get_channel_state"u8, .. s_escrow.ToBytes(), .. request.ChannelId.ToByteArray(),
            .. ((UInt256)request.CurrentBlock).ToBigEndian(),
        ];
        return new SignerRecovery().TryRecover(message, request.Signature.Span, out Address signer)
            && signer == PrivateKey.Parse(Key).Address
            && request.CurrentBlock == 100
            ? Task.FromResult(new ChannelStateReply
            {
                CurrentNonce = ByteString.CopyFrom(((UInt256)3).ToBigEndian()),
                CurrentSignedAmount = ByteString.CopyFrom(_signed.ToBigEndian()),
            })
            : throw new RpcException(new Status(StatusCode.Unknown, "incorrect signature"));
    }

    private void Charge(ServerCallContext call)
    {
        IHeaderDictionary headers = call.GetHttpContext().Request.Headers;
        string text = headers["snet-payment-channel-amount"].ToString();
        (_host, _further) = (call.Host, $"{headers["tenant"]} {headers["blob-bin"]}");
        var payment = new ChannelPayment(
            new ChannelId(UInt256.Parse(headers["snet-payment-channel-id"].ToString())),
            new ChannelNonce(UInt256.Parse(headers["snet-payment-channel-nonce"].ToString())),
            UInt256.Parse(text),
            Convert.FromBase64String(Padded(headers["snet-payment-channel-signature-bin"].ToString())));
        Assert.Equal("escrow", headers["snet-payment-type"].ToString());
        if (!ClaimMessage.TryRecoverSigner(new SignerRecovery(), s_escrow, payment, out Address signer)
            || signer != PrivateKey.Parse(Key).Address)
        {
            throw new RpcException(new Status(StatusCode.Unauthenticated, "payment is not signed by channel signer"));
        }

        if (_fasterCalls > 0)
        {
            _fasterCalls--;
            _signed = _signed.SaturatingAdd(_price);
        }

        UInt256 income = payment.Amount.SaturatingSubtract(_signed);
        if (income != _price)
        {
            throw new RpcException(new Status(
                StatusCode.Unauthenticated,
                string.Create(CultureInfo.InvariantCulture, $"income {income} does not equal to price {_price}")));
        }

        _signed = payment.Amount;
    }

    private static string Padded(string base64) => base64.PadRight((base64.Length + 3) / 4 * 4, '=');
}
