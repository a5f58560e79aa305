using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using SnetGateway.FunctionalTests.Infrastructure;
using Xunit;

namespace SnetGateway.FunctionalTests.Listeners;

/// <summary>Peers that disappear without closing. IdleStreamTests covers clients that do not respond to pings.</summary>
[Trait("Needs", "time")]
public sealed class SilentPeerTests
{
    [Fact]
    public async Task ConsumersConnection_HasTcpKeepAlive()
    {
        Socket? socket = null;
        await using GatewayHarness gateway = await GatewayHarness.StartAsync(
            new() { ["SnetGateway:Limits:PingInterval"] = "00:00:20", ["SnetGateway:Limits:PingTimeout"] = "00:00:10" },
            outside: app => app.Use((context, next) =>
            {
                socket = context.Features.Get<IConnectionSocketFeature>()?.Socket;
                return next(context);
            }));
        Assert.Equal(0, (await gateway.CallAsync("a")).Status);
        Assert.Equal(1, (int)socket!.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive)!);
        Assert.Equal(15, (int)socket.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime)!);
        Assert.Equal(5, (int)socket.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval)!);
        Assert.Equal(3, (int)socket.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount)!);
    }

    [Fact]
    public async Task ServiceWithoutPingResponses_LosesItsCalls()
    {
        await using var mute = new RawHttp2Service(); // accepts the call and never sends another frame
        await using GatewayHarness gateway = await GatewayHarness.StartAsync(new()
        {
            ["SnetGateway:Backends:SilenceLimit"] = "00:00:01",
            ["ReverseProxy:Clusters:echo:Destinations:one:Address"] = mute.Address.ToString(),
            ["ReverseProxy:Clusters:echo:Metadata:KeepAlivePing"] = "00:00:01",
        });
        Assert.Equal(13, (await gateway.CallAsync("a")).Status); // the HTTP client reports the missing ping response as a protocol error
        Assert.Equal(1, mute.Requests);
        Assert.Equal("ServiceFailed", await gateway.Reservation.Ended.WithTimeout());
    }
}
