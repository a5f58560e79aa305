using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.FunctionalTests.Web;
using Xunit;

namespace SnetGateway.FunctionalTests.PaidCalls;

/// <summary>What a client is told where the gateway fails outside of a paid call.</summary>
public sealed class UnhandledFaultTests
{
    private const string Broken = "/own.Broken/Call";

    [Fact]
    public async Task RoutingThatCannotChoose_IsInternal_InEachProtocol()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync(new()
        {
            ["ReverseProxy:Routes:twin:ClusterId"] = "echo",
            ["ReverseProxy:Routes:twin:Match:Path"] = "/free.Echo/{other}",
            ["ReverseProxy:Routes:twin:Metadata:Payment"] = "none",
        });
        gateway.Log.Expected.Add("RequestFaulted");

        GrpcReply reply = await gateway.CallAsync(Wire.Frame("a"), method: GatewayHarness.FreeMethod);
        Assert.Equal((HttpStatusCode.OK, 13, "internal error"), (reply.Http, reply.Status, reply.Message));
        foreach (string type in (string[])[WebCalls.Binary, WebCalls.Text])
        {
            WebReply web = await gateway.CallAsync("1.1", type, Wire.Frame("a"), GatewayHarness.FreeMethod);
            Assert.Equal((13, "internal error"), (web.Status, web.Message));
        }

        using var page = new HttpRequestMessage(HttpMethod.Get, $"http://{gateway.PublicEndPoint}{GatewayHarness.FreeMethod}");
        using HttpResponseMessage response = await gateway.SendAsync(page).WithTimeout();
        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Equal(4, gateway.Log.Lines.Count(line => line.Event == "RequestFaulted"));
    }

    [Fact]
    public async Task FailureAfterTheAnswerBegan_EndsItWithoutAStatus()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync(mapPublic: endpoints => endpoints.Map(Broken, async context =>
        {
            await context.Response.WriteAsync("begun");
            await context.Response.Body.FlushAsync();
            throw new InvalidOperationException("broken");
        }));
        gateway.Log.Expected.Add("RequestFaulted");

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => gateway.CallAsync([], method: Broken));
        Assert.True(gateway.Log.Has("RequestFaulted"));
    }

    [Fact]
    public async Task ClientThatLeaves_IsNoFault()
    {
        var entered = new TaskCompletionSource();
        var left = new TaskCompletionSource();
        await using GatewayHarness gateway = await GatewayHarness.StartAsync(mapPublic: endpoints => endpoints.Map(Broken, async context =>
        {
            entered.SetResult();
            try
            {
                await Task.Delay(Timeout.Infinite, context.RequestAborted);
            }
            finally
            {
                left.SetResult();
            }
        }));
        using var cancelled = new CancellationTokenSource();

        Task<HttpResponseMessage> call = gateway.SendAsync(gateway.Request(Broken, null), cancelled.Token);
        await entered.Task.WithTimeout();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await left.Task.WithTimeout();

        // The harness fails this test when an error was logged.
        await gateway.StopAsync();
    }
}
