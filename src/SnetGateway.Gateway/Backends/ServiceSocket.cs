using System.Net.Sockets;
using SnetGateway.Gateway.Limits;

namespace SnetGateway.Gateway.Backends;

/// <summary>
/// Opens connections to services that notice a vanished machine: TCP keep-alive probes an idle peer and closes a connection that
/// acknowledges nothing.
/// </summary>
internal sealed class ServiceSocket(TimeSpan silenceLimit)
{
    private const int TcpLevel = 6;
    private const int TcpUserTimeout = 18; // linux/tcp.h

    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            TcpKeepAlive.Set(socket, silenceLimit);
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
