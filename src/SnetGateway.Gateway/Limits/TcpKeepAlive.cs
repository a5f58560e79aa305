using System.Net.Sockets;

namespace SnetGateway.Gateway.Limits;

/// <summary>Has TCP ask after an idle peer, so that a machine which went away without a word is noticed.</summary>
internal static class TcpKeepAlive
{
    private const int Probes = 3;

    /// <summary>Half the limit idle, the other half for the probes: together they stay within it, at a second's precision.</summary>
    public static void Set(Socket socket, TimeSpan limit)
    {
        int idleSeconds = Math.Max(1, (int)(limit.TotalSeconds / 2));
        int probeSeconds = Math.Max(1, idleSeconds / Probes);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, idleSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, probeSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, Probes);
    }
}
