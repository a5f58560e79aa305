using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using SnetGateway.FunctionalTests.Backends;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Gateway.Backends;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.FunctionalTests.Health;

/// <summary>Clusters with an instance that refuses connections, without configured health checks unless a test says so.</summary>
public sealed class UnreachableInstanceTests : IDisposable
{
    private const string Passive = "ReverseProxy:Clusters:echo:HealthCheck:Passive:Enabled";

    // Sockets that are bound and do not listen: connections are refused, and no other process gets the ports.
    private readonly Socket _closed = Bind();
    private readonly Socket _alsoClosed = Bind();

    public void Dispose()
    {
        _closed.Dispose();
        _alsoClosed.Dispose();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("false")]
    [Rule(23)]
    public async Task OneOfTwoIsStopped_NoCallFails_AndEachIsExecutedAndSettledOnce(string? passive)
    {
        Dictionary<string, string?> settings = With(_closed);
        if (passive is not null)
        {
            settings[Passive] = passive;
        }

        await using GatewayHarness gateway = await GatewayHarness.StartAsync(settings);
        for (int i = 0; i < 100; i++)
        {
            GrpcReply reply = await gateway.CallAsync($"call {i}");
            Assert.Equal((0, $"call {i}"), (reply.Status, Assert.Single(reply.Texts)));
        }

        Assert.Equal(100, gateway.Service.Requests);
        Assert.Equal(100, gateway.Reservations.Count);
        foreach (ScriptedReservation reservation in gateway.Reservations)
        {
            Assert.Equal("settled", await reservation.Ended.WithTimeout());
        }

        // With passive checks the instance is left out after the first refusal; without them every second call meets it.
        Assert.Equal(passive is null ? 1 : 0, gateway.Log.Count("InstanceUnreachable"));
    }

    /// <summary>Nothing of a request is sent before the connection is open, and with TLS before the handshake is complete.</summary>
    [Theory]
    [InlineData("its connection times out")]
    [InlineData("its TLS handshake times out")]
    [InlineData("it does not speak TLS")]
    [InlineData("its certificate is not trusted")]
    [Rule(23)]
    public async Task OneOfTwoCannotBeConnected_NoCallFails_AndEachIsExecutedAndSettledOnce(string fault)
    {
        const int Calls = 10;
        bool isSilent = fault.Contains("times out", StringComparison.Ordinal);
        bool isTls = !fault.Contains("connection", StringComparison.Ordinal);
        using Socket silent = Bind();
        using var first = new Socket(SocketType.Stream, ProtocolType.Tcp);
        silent.Listen(isTls ? 100 : 0);
        if (!isTls)
        {
            await first.ConnectAsync(silent.LocalEndPoint!).WithTimeout(); // the queue is full: further connections stay unanswered
        }

        await using ScriptedService other =
            await ScriptedService.StartAsync(tls: fault.Contains("certificate", StringComparison.Ordinal));
        string address = isSilent ? $"{silent.LocalEndPoint}" : other.Address.Authority;
        await using GatewayHarness gateway = await GatewayHarness.StartAsync(new(With(silent))
        {
            ["ReverseProxy:Clusters:echo:Destinations:two:Address"] = $"{(isTls ? "https" : "http")}://{address}",
            ["SnetGateway:Backends:ConnectTimeout"] = "00:00:00.2",
            [Passive] = "false", // otherwise the instance is left out after the first call
        });
        for (int i = 0; i < Calls; i++)
        {
            GrpcReply reply = await gateway.CallAsync($"call {i}");
            Assert.Equal((0, $"call {i}"), (reply.Status, Assert.Single(reply.Texts)));
        }

        Assert.Equal((Calls, 0, Calls), (gateway.Service.Requests, other.Requests, gateway.Reservations.Count));
        foreach (ScriptedReservation reservation in gateway.Reservations)
        {
            Assert.Equal("settled", await reservation.Ended.WithTimeout());
        }
    }

    [Fact]
    public async Task SecondInstance_GetsTheRequestAsTheClientSentIt()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync(With(_closed));
        var seen = new List<(string? Type, string Timeout)>();
        gateway.Service.Handle = context =>
        {
            seen.Add((context.Request.ContentType, context.Request.Headers["grpc-timeout"].ToString()));
            return Wire.EchoAsync(context);
        };
        for (int i = 0; i < 2; i++)
        {
            HttpRequestMessage request = gateway.Request(
                GatewayHarness.Method, new ByteArrayContent(Wire.Frame("a")),
                GatewayHarness.Payment().Append(KeyValuePair.Create("grpc-timeout", "30S")));
            request.Content!.Headers.Remove("content-type");
            request.Content.Headers.TryAddWithoutValidation("content-type", "application/grpc+proto");
            using HttpResponseMessage response = await gateway.SendAsync(request).WithTimeout();
            Assert.Equal(0, (await GrpcReply.ReadAsync(response).WithTimeout()).Status);
        }

        Assert.All(seen, request => Assert.Equal("application/grpc+proto", request.Type));
        Assert.All(seen, request => Assert.EndsWith("u", request.Timeout, StringComparison.Ordinal));
    }

    [Fact]
    public async Task EveryInstanceIsStopped_EachIsTriedOnce_AndTheCallIsReleased()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync(new(With(_closed))
        {
            ["ReverseProxy:Clusters:echo:Destinations:one:Address"] = $"http://{_alsoClosed.LocalEndPoint}",
        });
        for (int i = 0; i < 3; i++)
        {
            // Both are left out after the first call, and are still tried: no other instance remains.
            GrpcReply reply = await gateway.CallAsync("a");
            Assert.Equal((14, "the service cannot be reached"), (reply.Status, reply.Message));
        }

        Assert.Equal(2, gateway.Log.Count("InstanceUnreachable"));
        Assert.All(gateway.Reservations, reservation => Assert.Equal("NotForwarded", reservation.Ended.Result));
    }

    /// <summary>What reached an instance may have been executed, so it is never sent to another.</summary>
    [Fact]
    [Rule(23)]
    public async Task CallThatReachedAnInstance_IsNotSentAgain()
    {
        await using ScriptedService second = await ScriptedService.StartAsync();
        second.Handle = async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            context.Abort();
        };
        await using GatewayHarness gateway = await GatewayHarness.StartAsync(new(With(_closed))
        {
            ["ReverseProxy:Clusters:echo:Destinations:two:Address"] = second.Address.ToString(),
        });
        int failed = 0;
        for (int i = 0; i < 20; i++)
        {
            failed += (await gateway.CallAsync("a")).Status == 0 ? 0 : 1;
        }

        Assert.Equal((10, 10, 10), (failed, gateway.Service.Requests, second.Requests));
    }

    [Theory]
    [InlineData("jsonrpc", "POST")]
    [InlineData("http", "POST")]
    [InlineData("http", "GET")]
    public async Task TranslatedService_OneOfTwoIsStopped_NoCallFails(string kind, string verb)
    {
        var bodies = new List<string>();
        await using ScriptedService service = await ScriptedService.StartAsync(HttpProtocols.Http1);
        service.Handle = async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            string body = await reader.ReadToEndAsync();
            lock (bodies)
            {
                bodies.Add(body + context.Request.QueryString);
            }

            string id = kind == "jsonrpc" ? JsonNode.Parse(body)!["id"]!.ToJsonString() : "";
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(kind == "jsonrpc" ? $$"""{"jsonrpc":"2.0","result":{},"id":{{id}} }""" : "{}");
        };
        var options = new ClusterBackendOptions();
        if (kind == "http")
        {
            options.Http.Methods[TranslatorRig.Path("Call")] = new() { Verb = verb };
        }

        await using TranslatorRig rig = await TranslatorRig.StartAsync(
            kind, service.Address, options, new(With(_closed)) { [Passive] = "false" });
        for (int i = 0; i < 20; i++)
        {
            GrpcReply reply = await rig.CallAsync("Call", $$"""{"item_id":"item {{i}}."}""");
            Assert.True(reply.Status == 0, reply.Message);
        }

        Assert.Equal(20, service.Requests);
        for (int i = 0; i < 20; i++)
        {
            Assert.Single(bodies, body => Uri.UnescapeDataString(body).Contains($"item {i}.", StringComparison.Ordinal));
        }
    }

    private static Socket Bind()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    /// <summary>A second instance, used by turns.</summary>
    private static Dictionary<string, string?> With(Socket second) => new()
    {
        ["ReverseProxy:Clusters:echo:LoadBalancingPolicy"] = "RoundRobin",
        ["ReverseProxy:Clusters:echo:Destinations:two:Address"] = $"http://{second.LocalEndPoint}",
    };
}
