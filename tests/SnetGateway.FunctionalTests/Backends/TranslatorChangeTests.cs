using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Gateway.Backends;
using SnetGateway.Gateway.Backends.Http;
using SnetGateway.Gateway.Backends.JsonRpc;
using Xunit;

namespace SnetGateway.FunctionalTests.Backends;

/// <summary>Translators whose options change while calls run, and services behind TLS.</summary>
public sealed class TranslatorChangeTests
{
    [Fact]
    public async Task OptionsThatChange_HoldFromTheNextCallOn_AndRunningCallsEndWithTheirs()
    {
        var hold = new SyncPoint();
        await using ScriptedService service = await ScriptedService.StartAsync(HttpProtocols.Http1);
        service.Handle = async context =>
        {
            JsonNode request = (await JsonNode.ParseAsync(context.Request.Body))!;
            string method = request["method"]!.GetValue<string>();
            if (method == "before")
            {
                await hold.WaitAsync();
            }

            await AnswerAsync(context, request, method);
        };
        await using TranslatorRig rig = await TranslatorRig.StartAsync("jsonrpc", service.Address, Calling("before"));
        Task<JsonNode> running = rig.AskAsync("Call", "{}");
        await hold.Reached.WithTimeout();
        rig.Reload(Calling("after"));
        Assert.Equal("after", (string?)(await rig.AskAsync("Call", "{}"))["item_id"]);
        Assert.False(running.IsCompleted);
        hold.Continue();
        Assert.Equal("before", (string?)(await running.WithTimeout())["item_id"]);
    }

    [Fact]
    public async Task PathThatChanges_HoldsFromTheNextCallOn()
    {
        await using ScriptedService service = await ScriptedService.StartAsync(HttpProtocols.Http1);
        service.Handle = context => AnswerAsync(context, null, context.Request.Path);
        await using TranslatorRig rig = await TranslatorRig.StartAsync("http", service.Address, At("/before"));
        Assert.Equal("/before", (string?)(await rig.AskAsync("Call", "{}"))["item_id"]);
        rig.Reload(At("/after"));
        Assert.Equal("/after", (string?)(await rig.AskAsync("Call", "{}"))["item_id"]);
    }

    [Theory]
    [InlineData("say \"a\"")]
    [InlineData("back\\slash\n")]
    [InlineData("\u00e9\ud83d\ude00")]
    public async Task JsonRpcMethodThatJsonEscapes_ArrivesAsConfigured(string method)
    {
        await using ScriptedService service = await ScriptedService.StartAsync(HttpProtocols.Http1);
        service.Handle = async context =>
        {
            JsonNode request = (await JsonNode.ParseAsync(context.Request.Body))!;
            await AnswerAsync(context, request, request["method"]!.GetValue<string>());
        };
        await using TranslatorRig rig = await TranslatorRig.StartAsync("jsonrpc", service.Address, Calling(method));
        Assert.Equal(method, (string?)(await rig.AskAsync("Call", "{}"))["item_id"]);
    }

    [Theory]
    [InlineData("jsonrpc")]
    [InlineData("http")]
    public async Task ServiceBehindTls_IsCalled_WhereItsCertificateIsTrusted_AndNotElse(string kind)
    {
        await using ScriptedService service = await ScriptedService.StartAsync(HttpProtocols.Http1AndHttp2, tls: true);
        service.Handle = async context =>
        {
            JsonNode? request = context.Request.ContentLength > 2 ? await JsonNode.ParseAsync(context.Request.Body) : null;
            await AnswerAsync(context, kind == "jsonrpc" ? request : null, context.Request.Scheme);
        };
        Assert.Equal("https", service.Address.Scheme);
        await using TranslatorRig trusting = await TranslatorRig.StartAsync(kind, service.Address, settings: new()
        {
            ["ReverseProxy:Clusters:echo:HttpClient:DangerousAcceptAnyServerCertificate"] = "true",
        });
        Assert.Equal("https", (string?)(await trusting.AskAsync("Call", """{"item_id":"a"}"""))["item_id"]);

        int before = service.Requests;
        await using TranslatorRig strict = await TranslatorRig.StartAsync(kind, service.Address);
        Assert.Equal(14, (await strict.CallAsync("Call", """{"item_id":"a"}""")).Status);
        Assert.Equal(before, service.Requests);
    }

    private static ClusterBackendOptions Calling(string method) =>
        new() { JsonRpc = new JsonRpcOptions { Methods = { [TranslatorRig.Path("Call")] = method } } };

    private static ClusterBackendOptions At(string path) =>
        new() { Http = new HttpServiceOptions { Methods = { [TranslatorRig.Path("Call")] = new HttpMethodOptions { Path = path } } } };

    private static Task AnswerAsync(HttpContext context, JsonNode? request, string id)
    {
        context.Response.ContentType = "application/json";
        string result = $$"""{"item_id":{{JsonSerializer.Serialize(id)}}}""";
        return context.Response.WriteAsync(request is null ? result : $$"""{"jsonrpc":"2.0","id":{{request["id"]}},"result":{{result}}}""");
    }
}
