using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Payments.Settlement;
using Xunit;

namespace SnetGateway.FunctionalTests.Backends;

/// <summary>Services that answer what is no answer: each has its status, none is charged, and the log says what it was.</summary>
public sealed class InvalidResponseTests
{
    private const string Item = """{"item_id":"a"}""";

    /// <summary>`ID` stands for the id that was asked with.</summary>
    [Theory]
    [InlineData("", 13, "the service's response is empty")]
    [InlineData("  \n", 13, "the service's response is empty")]
    [InlineData("{", 13, "the service's response is not valid JSON")]
    [InlineData("""{"jsonrpc":"2.0","id":ID,"result":{"item_id":"a"}} more""", 13, "the service's response is not valid JSON")]
    [InlineData("""{"jsonrpc":"2.0","id":ID,"result":{"item_id":"a",}}""", 13, "the service's response is not valid JSON")]
    [InlineData("<html></html>", 13, "the service's response is not valid JSON")]
    [InlineData("\"text\"", 13, "the service's response is not a valid JSON-RPC 2.0 response")]
    [InlineData("""[{"jsonrpc":"2.0","id":ID,"result":{}}]""", 13, "the service responded with a batch")]
    [InlineData("[]", 13, "the service responded with a batch")]
    [InlineData("{}", 13, "the service's response is not a valid JSON-RPC 2.0 response")]
    [InlineData("""{"jsonrpc":"1.0","id":ID,"result":{}}""", 13, "the service's response is not a valid JSON-RPC 2.0 response")]
    [InlineData("""{"id":ID,"result":{}}""", 13, "the service's response is not a valid JSON-RPC 2.0 response")]
    [InlineData("""{"jsonrpc":"2.0","id":ID}""", 13, "the service's response is not a valid JSON-RPC 2.0 response")]
    [InlineData("""{"jsonrpc":"2.0","result":{}}""", 13, "the service's response is not a valid JSON-RPC 2.0 response")]
    [InlineData("""{"jsonrpc":"2.0","id":ID,"result":{},"result":{}}""", 13, "the service's response is not a valid JSON-RPC 2.0 response")]
    [InlineData(
        """{"jsonrpc":"2.0","id":ID,"result":{},"error":{"code":1,"message":"m"}}""", 13,
        "the service's response is not a valid JSON-RPC 2.0 response")]
    [InlineData("""{"jsonrpc":"2.0","id":ID,"error":"text"}""", 13, "the service's response is not a valid JSON-RPC 2.0 response")]
    [InlineData(
        """{"jsonrpc":"2.0","id":ID,"error":{"code":"1","message":"m"}}""", 13,
        "the service's response is not a valid JSON-RPC 2.0 response")]
    [InlineData(
        """{"jsonrpc":"2.0","id":ID,"error":{"code":1.5,"message":"m"}}""", 13,
        "the service's response is not a valid JSON-RPC 2.0 response")]
    [InlineData(
        """{"jsonrpc":"2.0","id":ID,"error":{"code":1,"message":"\ud800"}}""", 13,
        "the service's response is not a valid JSON-RPC 2.0 response")]
    [InlineData("""{"jsonrpc":"2.0","id":999999,"result":{}}""", 13, "the service responded to another request")]
    [InlineData("""{"jsonrpc":"2.0","id":"ID","result":{}}""", 13, "the service responded to another request")]
    [InlineData("""{"jsonrpc":"2.0","id":null,"result":{}}""", 13, "the service responded to another request")]
    [InlineData(
        """{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Parse error"}}""", 13, "json-rpc error -32700: Parse error")]
    [InlineData("""{"jsonrpc":"2.0","id":ID,"result":null}""", 13, "the service's response is not valid JSON for test.Item (at $)")]
    [InlineData(
        """{"jsonrpc":"2.0","id":ID,"result":{"item_id":5}}""", 13,
        "the service's response is not valid JSON for test.Item (at $.item_id)")]
    [InlineData(
        """{"jsonrpc":"2.0","id":ID,"result":{"inner_item":{"big_number":"many"}}}""", 13,
        "the service's response is not valid JSON for test.Item (at $.inner_item.big_number)")]
    [InlineData(
        """{"jsonrpc":"2.0","id":ID,"result":{"big_number":9223372036854775808}}""", 13,
        "the service's response is not valid JSON for test.Item (at $.big_number)")]
    public async Task JsonRpc(string answer, int status, string text)
    {
        await using ScriptedService service = await ScriptedService.StartAsync(HttpProtocols.Http1);
        service.Handle = async context =>
        {
            using JsonDocument asked = await System.Text.Json.JsonDocument.ParseAsync(context.Request.Body);
            string id = asked.RootElement.GetProperty("id").GetRawText();
            await context.Response.WriteAsync(answer.Replace("ID", id, StringComparison.Ordinal));
        };
        await RefusedAsync("jsonrpc", service, status, text);
    }

    [Theory]
    [InlineData("", 13, "the service's response is empty")]
    [InlineData("{\"item_id\":", 13, "the service's response is not valid JSON for test.Item (at $)")]
    [InlineData("[]", 13, "the service's response is not valid JSON for test.Item (at $)")]
    [InlineData("{\"tags\":{}}", 13, "the service's response is not valid JSON for test.Item (at $.tags)")]
    [InlineData("{\"item_id\":\"a\"}{}", 13, "the service's response is not valid JSON for test.Item (at $)")]
    [InlineData("\u0001", 13, "the service's response is not valid JSON for test.Item (at $)")]
    public async Task Http(string answer, int status, string text)
    {
        await using ScriptedService service = await ScriptedService.StartAsync(HttpProtocols.Http1);
        service.Handle = context => context.Response.WriteAsync(answer);
        await RefusedAsync("http", service, status, text);
    }

    [Theory]
    [InlineData("jsonrpc")]
    [InlineData("http")]
    public async Task TextThatIsNotUtf8(string kind)
    {
        await using ScriptedService service = await ScriptedService.StartAsync(HttpProtocols.Http1);
        service.Handle = context => context.Response.Body
            .WriteAsync((byte[])[(byte)'{', (byte)'"', 0xFF, (byte)'"', (byte)':', (byte)'1', (byte)'}'])
            .AsTask();
        await RefusedAsync(
            kind, service, 13,
            kind == "http" ? "the service's response is not valid JSON for test.Item (at $)" : "the service's response is not valid JSON");
    }

    [Theory]
    [InlineData("jsonrpc", 500, 2)]
    [InlineData("jsonrpc", 503, 14)]
    [InlineData("jsonrpc", 302, 2)]
    [InlineData("http", 302, 2)]
    public async Task ErrorPages(string kind, int http, int status)
    {
        await using ScriptedService service = await ScriptedService.StartAsync(HttpProtocols.Http1);
        service.Handle = context =>
        {
            context.Response.StatusCode = http;
            context.Response.Headers.Location = "/elsewhere";
            return context.Response.WriteAsync("inside");
        };
        await RefusedAsync(kind, service, status, $"the service responded with HTTP status {http}");
        Assert.Equal(1, service.Requests);
    }

    [Fact]
    public async Task JsonRpcErrorWithAnErrorStatus_GoesFirst()
    {
        await using ScriptedService service = await ScriptedService.StartAsync(HttpProtocols.Http1);
        service.Handle = async context =>
        {
            context.Response.StatusCode = 500;
            await context.Response.WriteAsync("""{"jsonrpc":"2.0","id":null,"error":{"code":-32602,"message":"no such item"}}""");
        };
        await RefusedAsync("jsonrpc", service, 3, "json-rpc error -32602: no such item", isFault: false);
    }

    /// <summary>With an announced length, and without: the latter is read no further than it may be.</summary>
    [Theory]
    [InlineData("jsonrpc", true)]
    [InlineData("jsonrpc", false)]
    [InlineData("http", true)]
    [InlineData("http", false)]
    public async Task HugeAnswer_IsRefused_AndNotReadToItsEnd(string kind, bool announced)
    {
        await using ScriptedService service = await ScriptedService.StartAsync(HttpProtocols.Http1);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        service.Handle = async context =>
        {
            context.Features.Get<IHttpMinResponseDataRateFeature>()!.MinDataRate = null;
            context.Response.ContentLength = announced ? 1L << 40 : null;
            byte[] chunk = Encoding.ASCII.GetBytes(new string(' ', 1 << 16));
            try
            {
                while (!context.RequestAborted.IsCancellationRequested)
                {
                    await context.Response.Body.WriteAsync(chunk, context.RequestAborted);
                }
            }
            catch (OperationCanceledException)
            {
            }

            ended.TrySetResult();
        };
        await RefusedAsync(
            kind, service, 8, "a message of the response is larger than allowed: the limit is 1000",
            new() { ["SnetGateway:Limits:MaxResponseMessageBytes"] = "1000" });
        await ended.Task.WithTimeout();
    }

    [Theory]
    [InlineData("jsonrpc")]
    [InlineData("http")]
    public async Task EarlyClose(string kind)
    {
        await using ScriptedService service = await ScriptedService.StartAsync(HttpProtocols.Http1);
        service.Handle = context =>
        {
            // The server closes the connection when less comes than was announced.
            context.Response.ContentLength = 1000;
            return context.Response.WriteAsync("{");
        };
        await RefusedAsync(kind, service, 14, "the service broke off its response");
    }

    [Theory]
    [InlineData("jsonrpc")]
    [InlineData("http")]
    public async Task CompressionThatNobodyAskedFor(string kind)
    {
        await using ScriptedService service = await ScriptedService.StartAsync(HttpProtocols.Http1);
        service.Handle = context =>
        {
            Assert.False(context.Request.Headers.ContainsKey("accept-encoding"));
            context.Response.Headers.ContentEncoding = "gzip";
            return context.Response.WriteAsync(Item);
        };
        await RefusedAsync(kind, service, 13, "the service compressed its response without being asked");
    }

    [Theory]
    [InlineData("jsonrpc")]
    [InlineData("http")]
    public async Task Silence_EndsWithTheServicesTime(string kind)
    {
        await using ScriptedService service = await ScriptedService.StartAsync(HttpProtocols.Http1);
        var left = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        service.Handle = async context =>
        {
            using CancellationTokenRegistration gone = context.RequestAborted.Register(left.SetResult);
            await left.Task;
        };
        await RefusedAsync(
            kind, service, 4, "the service did not respond in time", new() { ["SnetGateway:PaidCalls:ServiceTimeout"] = "00:00:00.5" },
            isFault: false);
        if (service.Requests > 0)
        {
            await left.Task.WithTimeout();
        }
    }

    private static async Task RefusedAsync(
        string kind, ScriptedService service, int status, string text, Dictionary<string, string?>? settings = null, bool isFault = true)
    {
        await using TranslatorRig rig = await TranslatorRig.StartAsync(kind, service.Address, settings: settings);
        GrpcReply reply = await rig.CallAsync("Call", Item);
        Assert.Equal((status, text), (reply.Status, reply.Message));
        Assert.Empty(reply.Body);
        Assert.Equal(nameof(ReleaseReason.ServiceFailed), await rig.Harness.Reservation.Ended.WithTimeout());
        Assert.Equal(isFault && !text.StartsWith("json-rpc", StringComparison.Ordinal), rig.Harness.Log.Has("ResponseUnusable"));
    }
}
