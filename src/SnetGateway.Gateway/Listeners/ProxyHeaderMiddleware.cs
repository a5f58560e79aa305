using Microsoft.AspNetCore.Connections;

namespace SnetGateway.Gateway.Listeners;

/// <summary>The balancer's header on a TLS connection comes before the handshake. In cleartext, <see cref="SplitPort"/> takes it.</summary>
internal sealed class ProxyHeaderMiddleware(ProxyHeaderReader headers, TimeSpan limit, TimeProvider time, ILogger logger)
{
    public async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        if (await IsNamedAsync(connection))
        {
            await next(connection);
        }
        else
        {
            connection.Abort(new ConnectionAbortedException("The balancer did not say whom it speaks for."));
        }
    }

    private async ValueTask<bool> IsNamedAsync(ConnectionContext connection)
    {
        using ITimer timer = time.CreateTimer(
            static connection => ((ConnectionContext)connection!).Abort(new ConnectionAbortedException("The balancer's header did not come in time.")),
            connection, limit, Timeout.InfiniteTimeSpan);
        try
        {
            return await headers.TryTakeAsync(connection);
        }
        catch (Exception exception) when (exception is IOException or ConnectionAbortedException or ConnectionResetException or ObjectDisposedException or InvalidOperationException)
        {
            ListenerLog.UndecidedClosed(logger, exception);
            return false;
        }
    }
}
