using Google.Protobuf;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Gateway.Control;
using Xunit;

namespace SnetGateway.FunctionalTests.PaidCalls;

/// <summary>The protocol's control services, which SDKs call at a service's address.</summary>
public sealed class ControlServiceTests
{
    private const string FreeCalls = "/escrow.FreeCallStateService/";

    /// <summary>What the newest SDKs send before every call, with their own and with lower-case spelling of the address.</summary>
    [Theory]
    [InlineData(GatewayHarness.PayerText, 65, 172_800)]
    [InlineData("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed", 65, 0)]
    [InlineData(GatewayHarness.PayerText, 0, ulong.MaxValue)]
    public async Task FreeCalls_RequestInThePresentForm_IsOk_WithNoTokenAndNoCalls(string address, int signatureBytes, ulong number)
    {
        await using GatewayHarness gateway = await StartAsync();
        var signature = ByteString.CopyFrom(new byte[signatureBytes]);
        var token = new GetFreeCallTokenRequest
        {
            Address = address,
            Signature = signature,
            CurrentBlock = number,
            UserId = "user@example.org",
            TokenLifetimeInBlocks = number,
        };
        var state = new FreeCallStateRequest
        {
            Address = address,
            Signature = signature,
            CurrentBlock = number,
            FreeCallToken = signature,
        };
        foreach ((string method, IMessage request) in ((string, IMessage)[])
            [("GetFreeCallToken", token), ("GetFreeCallsAvailable", state)])
        {
            GrpcReply reply = await CallAsync(gateway, FreeCalls + method, request.ToByteArray());
            Assert.Equal((0, ""), (reply.Status, reply.Message));
            Assert.Empty(Assert.Single(reply.Messages));
        }
    }

    /// <summary>The form of older SDKs, whose third field is a number; they pay after an error.</summary>
    [Theory]
    [InlineData("user@example.org")]
    [InlineData("")]
    [InlineData("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beae")]
    public async Task FreeCalls_RequestWithoutAnAddress_IsRefused(string user)
    {
        await using GatewayHarness gateway = await StartAsync();
        byte[] old = [.. new FreeCallStateRequest { Address = user, CurrentBlock = 7 }.ToByteArray(), 0x18, 9];
        foreach (string method in (string[])["GetFreeCallToken", "GetFreeCallsAvailable"])
        {
            GrpcReply reply = await CallAsync(gateway, FreeCalls + method, old);
            Assert.Equal((2, "free calls are given to Ethereum addresses, and this is not one"), (reply.Status, reply.Message));
        }
    }

    [Fact]
    public async Task ServiceThatIsNotOffered_IsAnsweredHere_AlsoBehindACatchAllRouteThatComesFirst()
    {
        await using GatewayHarness gateway = await StartAsync();
        foreach (string service in OwnServices.NotOffered)
        {
            GrpcReply reply = await CallAsync(gateway, $"/{service}/Any", []);
            Assert.Equal((12, $"the service {service} is not offered"), (reply.Status, reply.Message));
        }

        foreach (string path in (string[])
        [
            "/pricing.PricingStrategy/GetPrice", "/pricing.Any/Call/more", "/Pricing.Any/Call", "/escrow.Any/Call", "/escrow.",
            "/configuration_service.Any/Call",
        ])
        {
            GrpcReply reply = await CallAsync(gateway, path, []);
            Assert.Equal((12, $"the service {path[1..].Split('/')[0]} is not offered"), (reply.Status, reply.Message));
        }

        GrpcReply unknown = await CallAsync(gateway, FreeCalls + "Any", []);
        Assert.Equal((12, "the service escrow.FreeCallStateService has no such method"), (unknown.Status, unknown.Message));
        Assert.Empty(gateway.Admitted);
        Assert.Equal(0, gateway.Service.Requests);
    }

    private static Task<GatewayHarness> StartAsync() => GatewayHarness.StartAsync(
        new()
        {
            ["ReverseProxy:Routes:all:ClusterId"] = "echo",
            ["ReverseProxy:Routes:all:Order"] = "-1",
            ["ReverseProxy:Routes:all:Match:Path"] = "{**path}",
            ["ReverseProxy:Routes:all:Metadata:Service"] = "echo",
        },
        services => services.AddOwnServices(),
        mapPublic: endpoints => endpoints.MapPaymentServices(new NoFreeCalls()));

    private static async Task<GrpcReply> CallAsync(GatewayHarness gateway, string method, byte[] message)
    {
        using HttpRequestMessage request = gateway.Request(method, new ByteArrayContent(Wire.Frame(message)));
        using HttpResponseMessage response = await gateway.SendAsync(request).WithTimeout();
        return await GrpcReply.ReadAsync(response);
    }
}
