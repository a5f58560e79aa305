using Microsoft.AspNetCore.Connections;

namespace SnetGateway.Gateway.Listeners;

/// <summary>
/// Reads the balancer's header of a TLS connection, before the handshake. In cleartext, <see cref="SplitPort"/> reads it.
/// </summary>
internal sealed class ProxyHeaderMiddleware(ProxyHeaderReader headers, TimeSpan limit, TimeProvider time, ILogger logger)
{
    public async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        if (await TryReadHeaderAsync(connection))
        {
            await next(connection);
        }
        else
        {
            connection.Abort(new ConnectionAbortedException("The trusted proxy sent no valid PROXY header."));
        }
    }

    private async ValueTask<bool> TryReadHeaderAsync(ConnectionContext connection)
    {
        using ITimer timer = time.CreateTimer(
            static connection => ((ConnectionContext)connection!).Abort(
                new ConnectionAbortedException("The PROXY header did not arrive in time.")),
            connection, limit, Timeout.InfiniteTimeSpan);
        try
        {
            return await headers.TryTakeAsync(connection);
        }
        catch (Exception exception) when (exception is IOException or ConnectionAbortedException or ConnectionResetException
            or ObjectDisposedException or InvalidOperationException)
        {
            ListenerLog.UndecidedClosed(logger, exception);
            return false;
        }
    }
}
