using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Market;
using Xunit;

namespace SnetGateway.FunctionalTests.PaidEndToEnd;

/// <summary>The gateway on `appsettings/fleet.json`: a paid call of each kind of service, at its own price.</summary>
[Collection(GatewayFixture.Collection)]
[Trait("Needs", "chain")]
public sealed class FleetSampleTests(GatewayFixture market)
{
    [Fact]
    public async Task EachKindOfService_IsPaidAndAnswers()
    {
        await using ScriptedService json = await ScriptedService.StartAsync(HttpProtocols.Http1);
        json.Handle = RespondAsync;
        await using GatewayProcess gateway = await StartAsync(json.Address);
        ChainChannel channel = await market.Chain.OpenChannelAsync(1_000_000);
        string key = Path.Combine(gateway.Folder, "consumer.key");
        await File.WriteAllTextAsync(key, market.Chain.State.Accounts["signer"].PrivateKey);

        foreach ((string method, string request, string response, string proto) in (
            (string, string, string, string)[])
            [
                ("/example.Echo/Say", """{"text":"hello"}""", "hello", "samples/proto"),
                ("/fleet.Math/Add", """{"a":2,"b":3}""", "5", "samples/fleet/math"),
                ("/fleet.Math/IsPrime", """{"value":7}""", "true", "samples/fleet/math"),
                ("/fleet.Weather/Today", """{"city":"Lisbon"}""", "sunny in Lisbon", "samples/fleet/weather"),
                ("/fleet.Words/Count", """{"text":"one two three"}""", "3", "samples/fleet/words"),
            ])
        {
            CommandResult call = await gateway.RunCommandAsync(
                "call", "--endpoint", gateway.Endpoint, "--channel", $"{channel.Id}", "--key-file", key, "--method", method,
                "--proto", RepositoryFiles.PathOf(proto), "--data", request);
            Assert.True(call.ExitCode == 0, $"{method}: {call.Everything}");
            Assert.Contains(response, string.Concat(call.Output), StringComparison.Ordinal);
        }

        // `call` asked for each price by a payment that adds nothing, which is not logged as a refusal.
        Assert.DoesNotContain(gateway.Log, line => line.EventId == 2001);

        CommandResult unknown = await gateway.RunCommandAsync(
            "call", "--endpoint", gateway.Endpoint, "--channel", $"{channel.Id}", "--key-file", key, "--method", "/fleet.Weather/Today",
            "--proto", RepositoryFiles.PathOf("samples/fleet/weather"), "--data", """{"city":"nowhere"}""");
        Assert.Contains("NotFound", unknown.Everything, StringComparison.OrdinalIgnoreCase);

        ChannelStateReport state = await market.StateAsync(gateway, ClientStack.Node, channel);
        Assert.Equal(1000 + 10 + 200 + 50 + 5, (long)state.SignedAmount!.Value);
    }

    /// <summary>The JSON-RPC server and the HTTP API of the sample.</summary>
    private static async Task RespondAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        if (HttpMethods.IsGet(context.Request.Method))
        {
            string city = context.Request.Path.Value!.Split('/')[^1];
            context.Response.StatusCode = city == "nowhere" ? StatusCodes.Status404NotFound : StatusCodes.Status200OK;
            await context.Response.WriteAsync($$"""{ "sky": "sunny in {{city}}", "celsius": 21.5 }""");
            return;
        }

        using JsonDocument request = await JsonDocument.ParseAsync(context.Request.Body);
        JsonElement root = request.RootElement, values = root.GetProperty("params");
        string value = root.GetProperty("method").GetString() == "Add"
            ? $"{values.GetProperty("a").GetDouble() + values.GetProperty("b").GetDouble()}"
            : "true";
        await context.Response.WriteAsync(
            $$"""{ "jsonrpc": "2.0", "id": {{root.GetProperty("id").GetRawText()}}, "result": { "value": {{value}} } }""");
    }

    /// <summary>The sample as it is, with what is particular to this machine.</summary>
    private async Task<GatewayProcess> StartAsync(Uri json)
    {
        ChainState chain = market.Chain.State;
        string folder = RepositoryFiles.PathOf("samples/fleet");
        GatewayProcess gateway = await GatewayProcess.StartAsync(new GatewaySettings(chain)
        {
            File = RepositoryFiles.Read("appsettings/fleet.json").Replace("samples/fleet/", folder + "/", StringComparison.Ordinal),
            Options = new Dictionary<string, string>
            {
                ["SnetGateway:Listeners:Public:Address"] = "127.0.0.1:0",
                ["SnetGateway:Listeners:Admin:Address"] = "127.0.0.1:0",
                ["SnetGateway:Chain:Endpoints:0"] = $"{chain.RpcUrl}",
                ["SnetGateway:Chain:ChainId"] = $"{chain.ChainId}",
                ["SnetGateway:Chain:EscrowAddress"] = chain.MultiPartyEscrow,
                ["SnetGateway:Groups:default:OrganizationId"] = chain.OrganizationId,
                ["SnetGateway:Groups:default:GroupId"] = chain.GroupIdBase64,
                ["SnetGateway:Groups:default:PaymentAddress"] = chain.Accounts["provider"].Address,
                ["ReverseProxy:Clusters:echo:Destinations:one:Address"] = $"{market.Pair[0].Address}",
                ["ReverseProxy:Clusters:echo:Destinations:two:Address"] = $"{market.Pair[1].Address}",
                ["ReverseProxy:Clusters:math:Destinations:one:Address"] = $"{new Uri(json, "/rpc")}",
                ["ReverseProxy:Clusters:weather:Destinations:one:Address"] = $"{new Uri(json, "/api")}",
                ["Logging:Console:FormatterName"] = "json",
            },
        });
        await gateway.WaitUntilReadyAsync();
        return gateway;
    }
}
