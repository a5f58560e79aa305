using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;

namespace SnetGateway.Gateway.Listeners;

/// <summary>Reads the balancer's header from a connection, before anything else reads from it. The caller limits the time.</summary>
internal sealed class ProxyHeaderReader(TrustedProxies trusted, ILogger logger)
{
    /// <summary>
    /// False when a trusted balancer sent no valid header: the connection must be closed. Throws the exceptions of reading.
    /// </summary>
    public async ValueTask<bool> TryTakeAsync(ConnectionContext connection)
    {
        if (!trusted.Contains(connection.RemoteEndPoint))
        {
            return true;
        }

        PipeReader input = connection.Transport.Input;
        while (true)
        {
            ReadResult read = await input.ReadAsync();
            ProxyHeaderResult result = ProxyHeader.Read(read.Buffer, out int length, out IPEndPoint? client);
            if (result == ProxyHeaderResult.Complete)
            {
                connection.RemoteEndPoint = client ?? connection.RemoteEndPoint;
                input.AdvanceTo(read.Buffer.GetPosition(length));
                return true;
            }

            bool isPortCheck = read.Buffer.IsEmpty; // the balancer only checks whether the port is open
            input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (result == ProxyHeaderResult.Malformed || read.IsCompleted || read.IsCanceled)
            {
                if (!isPortCheck)
                {
                    ListenerLog.NoProxyHeader(logger, connection.RemoteEndPoint);
                }

                return false;
            }
        }
    }
}
