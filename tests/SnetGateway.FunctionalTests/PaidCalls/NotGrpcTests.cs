using System.Net;
using Microsoft.Extensions.DependencyInjection;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Gateway.Control;
using SnetGateway.Gateway.Health;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.FunctionalTests.PaidCalls;

/// <summary>A request that is not a gRPC call gets the same response on a paid route as from the gateway's own methods.</summary>
public sealed class NotGrpcTests
{
    private const string OwnMethod = "/grpc.health.v1.Health/Check";

    [Theory]
    [Rule(20)]
    [InlineData("GET", 2, "application/grpc", null, 405, "12", "gRPC methods are called with POST")]
    [InlineData("PUT", 1, "application/json", null, 405, "12", "gRPC methods are called with POST")]
    [InlineData("POST", 2, "application/json", null, 415, "12", "unsupported content type, expected application/grpc")]
    [InlineData("POST", 1, "application/json", null, 415, "12", "unsupported content type, expected application/grpc")]
    [InlineData("POST", 1, "application/grpc", null, 426, "12", "gRPC needs HTTP/2")]
    [InlineData("POST", 2, "application/grpc", "soon", 200, "13", "malformed grpc-timeout")]
    [InlineData("POST", 2, "application/grpc", "1S,2S", 200, "13", "malformed grpc-timeout")]
    [InlineData("POST", 2, "application/grpc", "0S", 200, "4", "deadline exceeded")]
    public async Task Request_IsRefusedAlikeAtBothDoors(
        string method, int version, string contentType, string? timeout, int httpStatus, string status, string text)
    {
        var health = new GatewayHealth();
        await using GatewayHarness gateway = await GatewayHarness.StartAsync(
            services: services => services.AddOwnServices(),
            mapPublic: endpoints => endpoints.MapOwnService(binder => Grpc.Health.V1.Health.BindService(binder, health)));
        foreach (string path in (string[])[GatewayHarness.Method, OwnMethod])
        {
            using HttpRequestMessage request = gateway.Request(path, new ByteArrayContent(Wire.Frame("a")), GatewayHarness.Payment());
            request.Method = new HttpMethod(method);
            request.Version = version == 2 ? HttpVersion.Version20 : HttpVersion.Version11;
            request.Content!.Headers.Remove("content-type");
            request.Content.Headers.TryAddWithoutValidation("content-type", contentType);
            if (timeout is not null)
            {
                request.Headers.TryAddWithoutValidation("grpc-timeout", timeout);
            }

            using HttpResponseMessage response = await gateway.SendAsync(request).WithTimeout();
            Assert.Equal(httpStatus, (int)response.StatusCode);
            Assert.Equal(status, response.Headers.GetValues("grpc-status").Single());
            Assert.Equal(text, Uri.UnescapeDataString(response.Headers.GetValues("grpc-message").Single()));
            Assert.Equal(httpStatus == 405 ? ["POST"] : [], response.Content.Headers.Allow);
            Assert.Equal(httpStatus == 426, response.Headers.Upgrade.Any(protocol => protocol.Name == "h2c"));
        }

        Assert.Empty(gateway.Admitted);
        Assert.Equal(0, gateway.Service.Requests);
    }
}
