using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Gateway.PaidCalls;
using SnetGateway.Payments.Admission;
using Xunit;
using Yarp.ReverseProxy.Model;

namespace SnetGateway.FunctionalTests.PaidCalls;

/// <summary>The order that GatewayApp shows, asked of a running gateway.</summary>
public sealed class PipelineOrderTests
{
    [Fact]
    public async Task Probes_Routing_Payment_ThenTheProxy()
    {
        var order = new List<string>();
        await using GatewayHarness gateway = await GatewayHarness.StartAsync(outside: app => app.Use(next => context =>
        {
            order.Add(context.GetEndpoint() is null ? "outside, before routing" : "outside, after routing");
            return next(context);
        }));
        gateway.Admit = (payment, call, token) =>
        {
            order.Add("payment");
            var reservation = new ScriptedReservation(GatewayHarness.Payer)
            {
                OnSettle = () =>
                {
                    order.Add("settle");
                    return default;
                },
            };
            gateway.Reservations.Enqueue(reservation);
            return new(AdmissionResult.Of(reservation));
        };
        gateway.Service.Handle = context =>
        {
            order.Add("service");
            return Wire.EchoAsync(context);
        };
        Assert.Equal(0, (await gateway.CallAsync("a")).Status);
        Assert.Equal(["outside, before routing", "payment", "service", "settle"], order);
    }

    [Fact]
    public async Task NoRoute_CanHideAProbe()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync(new()
        {
            ["ReverseProxy:Routes:greedy:ClusterId"] = "echo",
            ["ReverseProxy:Routes:greedy:Order"] = "-100",
            ["ReverseProxy:Routes:greedy:Match:Path"] = "/{**all}",
            ["ReverseProxy:Routes:greedy:Metadata:Service"] = "echo",
        });
        using HttpResponseMessage response =
            await gateway.SendAsync(new HttpRequestMessage(HttpMethod.Get, $"http://{gateway.PublicEndPoint}/readyz")).WithTimeout();
        Assert.Equal("ready\n", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task EveryProxiedEndpoint_CarriesItsPayment()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        var endpoints = gateway.Services.GetRequiredService<Microsoft.AspNetCore.Routing.EndpointDataSource>().Endpoints
            .Where(endpoint => endpoint.Metadata.GetMetadata<RouteModel>() is not null).ToList();
        Assert.Equal(3, endpoints.Count);
        Assert.All(endpoints, endpoint =>
        {
            PaidRoute? route = endpoint.Metadata.GetMetadata<PaidRoute>();
            Assert.NotNull(route);
            Assert.Equal(route.RouteId != "free", route.IsPaid);
        });
    }
}
