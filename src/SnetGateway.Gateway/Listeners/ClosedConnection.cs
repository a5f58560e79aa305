using Microsoft.AspNetCore.Connections;

namespace SnetGateway.Gateway.Listeners;

/// <summary>
/// Ends an HTTP/2 connection some time after its client has closed it, even if the server still waits for a stream. When a client opens
/// streams faster than their responses can be queued, Kestrel closes the connection and can lose the end of a stream, for which it then
/// waits forever: the connection would keep its memory and its place in MaxConnections, and hold up each shutdown.
/// </summary>
internal static class ClosedConnection
{
    /// <summary>
    /// Time that calls have to end after their client has left. They are cancelled then, and a payment is written in seconds.
    /// </summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    public static async Task RunAsync(ConnectionContext connection, ConnectionDelegate next, TimeProvider time)
    {
        Task http = next(connection);
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using (connection.ConnectionClosed.UnsafeRegister(static closed => ((TaskCompletionSource)closed!).SetResult(), closed))
        {
            await Task.WhenAny(http, closed.Task);
        }

        try
        {
            await http.WaitAsync(http.IsCompleted ? Timeout.InfiniteTimeSpan : Limit, time);
        }
        catch (TimeoutException) when (!http.IsCompleted)
        {
            // Its client has left, and its calls had their time.
        }
    }
}
