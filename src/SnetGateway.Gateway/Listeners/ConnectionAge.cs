using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace SnetGateway.Gateway.Listeners;

/// <summary>
/// Closes connections at a maximum age, as gRPC servers do: GOAWAY is sent, running calls continue, and the client opens its next call on a
/// new connection, which a load balancer may give to another replica. Ages vary by up to 10 %, so that connections opened together do not
/// all reconnect together.
/// </summary>
internal sealed class ConnectionAge(TimeSpan age, TimeSpan grace, TimeProvider time)
{
    public async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        if (age <= TimeSpan.Zero)
        {
            await next(connection);
            return;
        }

        using var clock = new Clock(connection, grace, time);
        clock.Start(age * (0.9 + (0.2 * Random.Shared.NextDouble())));
        await next(connection);
    }

    private sealed class Clock : IDisposable
    {
        private readonly ConnectionContext _connection;
        private readonly TimeSpan _grace;
        private readonly ITimer _timer;
        private int _closeRequested;

        public Clock(ConnectionContext connection, TimeSpan grace, TimeProvider time)
        {
            _connection = connection;
            _grace = grace;
            _timer = time.CreateTimer(static clock => ((Clock)clock!).Due(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        public void Start(TimeSpan age) => _timer.Change(age, Timeout.InfiniteTimeSpan);

        public void Dispose() => _timer.Dispose();

        private void Due()
        {
            if (Interlocked.Exchange(ref _closeRequested, 1) != 0)
            {
                _connection.Abort(new ConnectionAbortedException("The connection exceeded its maximum age and the grace period."));
                return;
            }

            _connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
            if (_grace > TimeSpan.Zero)
            {
                _timer.Change(_grace, Timeout.InfiniteTimeSpan);
            }
        }
    }
}
