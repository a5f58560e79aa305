using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;

namespace SnetGateway.Gateway.Listeners;

/// <summary>Takes the balancer's header off a connection, before anything else reads from it. Whoever calls it bounds the time.</summary>
internal sealed class ProxyHeaderReader(TrustedProxies trusted, ILogger logger)
{
    /// <summary>False when a trusted balancer did not name its client: the connection must be closed. Throws what reading from it throws.</summary>
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
            ProxyHeaderResult verdict = ProxyHeader.Read(read.Buffer, out int length, out IPEndPoint? client);
            if (verdict == ProxyHeaderResult.Complete)
            {
                connection.RemoteEndPoint = client ?? connection.RemoteEndPoint;
                input.AdvanceTo(read.Buffer.GetPosition(length));
                return true;
            }

            bool isSilent = read.Buffer.IsEmpty; // a balancer that only asks whether the port is open
            input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (verdict == ProxyHeaderResult.Malformed || read.IsCompleted || read.IsCanceled)
            {
                if (!isSilent)
                {
                    ListenerLog.NoProxyHeader(logger, connection.RemoteEndPoint);
                }

                return false;
            }
        }
    }
}
