using System.Net.Sockets;

namespace SnetGateway.Gateway.Backends;

/// <summary>
/// Opens connections to services that notice a vanished machine: TCP asks after an idle peer, and gives up on one that acknowledges nothing.
/// </summary>
internal sealed class ServiceSocket(TimeSpan silenceLimit)
{
    private const int TcpLevel = 6;
    private const int TcpUserTimeout = 18; // linux/tcp.h
    private const int KeepAliveProbes = 3;

    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            // Half the limit idle, the other half for the probes: together they stay within it.
            int idleSeconds = Math.Max(1, (int)(silenceLimit.TotalSeconds / 2));
            int probeSeconds = Math.Max(1, idleSeconds / KeepAliveProbes);
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, idleSeconds);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, probeSeconds);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, KeepAliveProbes);
            if (OperatingSystem.IsLinux())
            {
                Span<byte> milliseconds = stackalloc byte[sizeof(int)];
                BitConverter.TryWriteBytes(milliseconds, (int)silenceLimit.TotalMilliseconds);
                socket.SetRawSocketOption(TcpLevel, TcpUserTimeout, milliseconds);
            }

            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
