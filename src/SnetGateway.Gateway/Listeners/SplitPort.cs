using System.IO.Pipelines;
using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace SnetGateway.Gateway.Listeners;

/// <summary>
/// A cleartext port that serves HTTP/2 and HTTP/1.1. Kestrel cannot do both without TLS, so this accepts the connections, looks at their first
/// bytes without taking them, and hands each to the half that speaks its protocol.
/// </summary>
/// <remarks>Connections that do not show what they speak are bounded in number and in time: they cost a client nothing.</remarks>
internal sealed class SplitPort(
    IPEndPoint address, int maxUndecided, TimeSpan decisionTimeout, ProxyHeaderReader headers, TimeProvider time, ILogger logger)
{
    private readonly Channel<ConnectionContext> _http1 = NewQueue();
    private readonly Channel<ConnectionContext> _http2 = NewQueue();
    private readonly LinkedList<Undecided> _undecided = new();
    private IConnectionListener? _listener;
    private ITimer? _timer;
    private bool _stopped;

    /// <summary>Where it listens: as configured, and with the real port once it is bound.</summary>
    public IPEndPoint Address { get; private set; } = address;

    /// <summary>Opens one half. The first one binds the socket, and both read from it. Kestrel binds one endpoint after the other.</summary>
    public async ValueTask<IConnectionListener> BindAsync(SplitEndPoint half, IConnectionListenerFactory sockets, CancellationToken cancellationToken)
    {
        if (_listener is null)
        {
            _listener = await sockets.BindAsync(Address, cancellationToken);
            Address = (IPEndPoint)_listener.EndPoint;
            _timer = time.CreateTimer(static state => ((SplitPort)state!).AbortLate(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _ = AcceptAsync(_listener);
        }

        return new Half(this, half, half.Half == PrefaceResult.Http2 ? _http2 : _http1);
    }

    private static Channel<ConnectionContext> NewQueue() =>
        // Kestrel takes connections as they come; the bound is for the moment in which it does not.
        Channel.CreateBounded<ConnectionContext>(new BoundedChannelOptions(4096) { SingleReader = true });

    private async Task AcceptAsync(IConnectionListener listener)
    {
        try
        {
            while (await listener.AcceptAsync() is { } connection)
            {
                var undecided = new Undecided(connection, time.GetTimestamp());
                if (TryAdd(undecided))
                {
                    _ = DecideAsync(undecided);
                }
                else
                {
                    ListenerLog.TooManyUndecided(logger, maxUndecided);
                    connection.Abort(new ConnectionAbortedException("Too many connections have not shown their protocol."));
                    await connection.DisposeAsync();
                }
            }
        }
        catch (Exception exception)
        {
            ListenerLog.AcceptFailed(logger, Address, exception);
        }

        _http1.Writer.TryComplete();
        _http2.Writer.TryComplete();
    }

    private async Task DecideAsync(Undecided undecided)
    {
        ConnectionContext connection = undecided.Connection;
        PrefaceResult verdict = PrefaceResult.Undecided;
        try
        {
            PipeReader input = connection.Transport.Input;
            bool isNamed = await headers.TryTakeAsync(connection);
            while (isNamed)
            {
                ReadResult read = await input.ReadAsync();
                verdict = Http2Preface.Check(read.Buffer);
                if (verdict != PrefaceResult.Undecided || read.IsCompleted || read.IsCanceled)
                {
                    // Nothing counts as looked at, so that the server's first read has these bytes at once.
                    input.AdvanceTo(read.Buffer.Start);
                    break;
                }

                input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            }
        }
        catch (Exception exception) when (exception is IOException or ConnectionAbortedException or ConnectionResetException or ObjectDisposedException or InvalidOperationException)
        {
            ListenerLog.UndecidedClosed(logger, exception);
        }

        Remove(undecided);
        if (verdict == PrefaceResult.Undecided
            || !(verdict == PrefaceResult.Http2 ? _http2 : _http1).Writer.TryWrite(connection))
        {
            connection.Abort(new ConnectionAbortedException("The connection showed no protocol."));
            await connection.DisposeAsync();
        }
    }

    private bool TryAdd(Undecided undecided)
    {
        lock (_undecided)
        {
            if (_stopped || _undecided.Count >= maxUndecided)
            {
                return false;
            }

            _undecided.AddLast(undecided.Node);
            if (_undecided.Count == 1)
            {
                _timer!.Change(decisionTimeout, Timeout.InfiniteTimeSpan);
            }

            return true;
        }
    }

    private void Remove(Undecided undecided)
    {
        lock (_undecided)
        {
            if (undecided.Node.List is not null)
            {
                _undecided.Remove(undecided.Node);
            }
        }
    }

    /// <summary>All have the same time, so the oldest stand in front: one timer serves them all.</summary>
    private void AbortLate()
    {
        while (true)
        {
            Undecided late;
            lock (_undecided)
            {
                if (_undecided.First is not { } first)
                {
                    return;
                }

                TimeSpan left = decisionTimeout - time.GetElapsedTime(first.Value.Since);
                if (left > TimeSpan.Zero && !_stopped)
                {
                    _timer!.Change(left + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
                    return;
                }

                late = first.Value;
                _undecided.RemoveFirst();
            }

            ListenerLog.UndecidedAborted(logger, decisionTimeout);
            late.Connection.Abort(new ConnectionAbortedException("The connection did not show its protocol in time."));
        }
    }

    /// <summary>Takes no more connections. Those that are there go on: the server drains them, and their memory is the socket's.</summary>
    private async ValueTask StopAsync(CancellationToken cancellationToken)
    {
        lock (_undecided)
        {
            if (_stopped)
            {
                return;
            }

            _stopped = true;
        }

        if (_listener is { } listener)
        {
            await listener.UnbindAsync(cancellationToken);
        }

        if (_timer is { } timer)
        {
            await timer.DisposeAsync();
        }

        AbortLate();
    }

    /// <summary>The server disposes of its listeners only when no connection is left.</summary>
    private async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None);
        if (Interlocked.Exchange(ref _listener, null) is { } listener)
        {
            await listener.DisposeAsync();
        }
    }

    private sealed class Undecided
    {
        public Undecided(ConnectionContext connection, long since)
        {
            Connection = connection;
            Since = since;
            Node = new LinkedListNode<Undecided>(this);
        }

        public ConnectionContext Connection { get; }

        public long Since { get; }

        public LinkedListNode<Undecided> Node { get; }
    }

    private sealed class Half(SplitPort port, SplitEndPoint endPoint, Channel<ConnectionContext> connections) : IConnectionListener
    {
        public EndPoint EndPoint => endPoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            try
            {
                return await connections.Reader.ReadAsync(cancellationToken);
            }
            catch (ChannelClosedException)
            {
                return null;
            }
        }

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => port.StopAsync(cancellationToken);

        public ValueTask DisposeAsync() => port.DisposeAsync();
    }
}
