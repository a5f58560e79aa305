using System.Net.Sockets;

namespace SnetGateway.Gateway.Limits;

/// <summary>Enables TCP keep-alive, which detects a peer that disappeared without closing its connection.</summary>
internal static class TcpKeepAlive
{
    private const int Probes = 3;

    /// <summary>
    /// Half of the limit is idle time, the other half is for the probes: together they stay within the limit, to a second.
    /// </summary>
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
