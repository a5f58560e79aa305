using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace SnetGateway.Gateway.Listeners;

/// <summary>Takes the balancer's header off a TLS connection, before the handshake. In cleartext, <see cref="SplitPort"/> does.</summary>
internal sealed class ProxyHeaderMiddleware(TrustedProxies trusted, TimeSpan limit, TimeProvider time, ILogger logger)
{
    public async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        if (!trusted.Contains(connection.RemoteEndPoint) || await TakeAsync(connection))
        {
            await next(connection);
        }
    }

    private async ValueTask<bool> TakeAsync(ConnectionContext connection)
    {
        using ITimer timer = time.CreateTimer(
            static connection => ((ConnectionContext)connection!).Transport.Input.CancelPendingRead(), connection, limit, Timeout.InfiniteTimeSpan);
        PipeReader input = connection.Transport.Input;
        while (true)
        {
            ReadResult read = await input.ReadAsync();
            ProxyVerdict verdict = ProxyHeader.Read(read.Buffer, out int length, out System.Net.IPEndPoint? client);
            if (verdict == ProxyVerdict.Complete)
            {
                connection.RemoteEndPoint = client ?? connection.RemoteEndPoint;
                input.AdvanceTo(read.Buffer.GetPosition(length));
                return true;
            }

            if (verdict == ProxyVerdict.Malformed || read.IsCompleted || read.IsCanceled)
            {
                if (!read.Buffer.IsEmpty) // a balancer that only asks whether the port is open says nothing
                {
                    ListenerLog.NoProxyHeader(logger, connection.RemoteEndPoint);
                }

                input.AdvanceTo(read.Buffer.End);
                connection.Abort(new ConnectionAbortedException("The balancer did not say whom it speaks for."));
                return false;
            }

            input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }
}
