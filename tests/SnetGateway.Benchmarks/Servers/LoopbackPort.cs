using System.Net;
using System.Net.Sockets;
using SnetGateway.TestKit.Processes;

namespace SnetGateway.Benchmarks.Servers;

/// <summary>Ports on the loopback address.</summary>
internal static class LoopbackPort
{
    /// <summary>A port that was free a moment ago, for servers that cannot be asked which one they took.</summary>
    public static IPEndPoint Free() => new(IPAddress.Loopback, FreePort.Find());

    public static async Task<bool> AcceptsAsync(IPEndPoint endPoint, CancellationToken cancellationToken)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(endPoint, cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
