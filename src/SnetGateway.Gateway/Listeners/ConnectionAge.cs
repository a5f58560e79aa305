using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace SnetGateway.Gateway.Listeners;

/// <summary>
/// Sends connections away when they are old enough, as gRPC servers do: GOAWAY, calls that run go on, and the client opens its next call on a
/// new connection, which a balancer may give to another replica. Ages differ by a tenth up or down, so that connections opened together do
/// not all come back together.
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
        private int _asked;

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
            if (Interlocked.Exchange(ref _asked, 1) != 0)
            {
                _connection.Abort(new ConnectionAbortedException("The connection is older than it may become."));
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
