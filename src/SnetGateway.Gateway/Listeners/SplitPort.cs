using System.IO.Pipelines;
using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using SnetGateway.Gateway.Logging;

namespace SnetGateway.Gateway.Listeners;

/// <summary>
/// A cleartext port that serves HTTP/2 and HTTP/1.1. Kestrel cannot do both without TLS, so this class accepts the connections, examines
/// their first bytes without consuming them, and hands each connection to the half for its protocol.
/// </summary>
/// <remarks>Connections that have not sent these bytes are limited in number and in time, because they cost a client nothing.</remarks>
internal sealed class SplitPort(
    IPEndPoint address, int maxUndecided, TimeSpan decisionTimeout, ProxyHeaderReader headers, TimeProvider time, ILogger logger)
{
    private readonly Channel<ConnectionContext> _http1 = NewQueue();
    private readonly Channel<ConnectionContext> _http2 = NewQueue();
    private readonly LinkedList<Undecided> _undecided = new();
    private readonly LogThrottle _tooMany = new(time);
    private IConnectionListener? _listener;
    private ITimer? _timer;
    private volatile bool _stopped;

    /// <summary>The configured address; once bound, with the real port.</summary>
    public IPEndPoint Address { get; private set; } = address;

    /// <summary>Opens one half. The first call binds the socket for both. Kestrel binds one endpoint after the other.</summary>
    public async ValueTask<IConnectionListener> BindAsync(
        SplitEndPoint half, IConnectionListenerFactory sockets, CancellationToken cancellationToken)
    {
        if (_listener is null)
        {
            _listener = await sockets.BindAsync(Address, cancellationToken);
            Address = (IPEndPoint)_listener.EndPoint;
            _timer = time.CreateTimer(
                static state => ((SplitPort)state!).AbortLate(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _ = AcceptAsync(_listener);
        }

        return new Half(this, half, half.Half == PrefaceResult.Http2 ? _http2 : _http1);
    }

    private static Channel<ConnectionContext> NewQueue() =>
        // Kestrel takes connections immediately; the bound matters only when it is briefly delayed.
        Channel.CreateBounded<ConnectionContext>(new BoundedChannelOptions(4096) { SingleReader = true });

    private async Task AcceptAsync(IConnectionListener listener)
    {
        try
        {
            while (await listener.AcceptAsync() is { } connection)
            {
                var undecided = new Undecided(connection, time.GetTimestamp());
                Undecided? oldest = Add(undecided);
                _ = DecideAsync(undecided);
                if (oldest is not null)
                {
                    Abort(oldest);
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
        PrefaceResult protocol = PrefaceResult.Undecided;
        try
        {
            PipeReader input = connection.Transport.Input;
            bool isValid = await headers.TryTakeAsync(connection);
            while (isValid)
            {
                ReadResult read = await input.ReadAsync();
                protocol = Http2Preface.Check(read.Buffer);
                if (protocol != PrefaceResult.Undecided || read.IsCompleted || read.IsCanceled)
                {
                    // Nothing is marked as examined, so the server's first read returns these bytes immediately.
                    input.AdvanceTo(read.Buffer.Start);
                    break;
                }

                input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            }
        }
        catch (Exception exception) when (exception is IOException or ConnectionAbortedException or ConnectionResetException
            or ObjectDisposedException or InvalidOperationException)
        {
            ListenerLog.UndecidedClosed(logger, exception);
        }

        Remove(undecided);
        if (protocol == PrefaceResult.Undecided
            || !(protocol == PrefaceResult.Http2 ? _http2 : _http1).Writer.TryWrite(connection))
        {
            connection.Abort(new ConnectionAbortedException("The connection sent no recognisable protocol."));
            await connection.DisposeAsync();
        }
    }

    /// <summary>
    /// Returns the connection that must be closed for the new one: the oldest, because an honest client sends its first bytes with its
    /// first packet, and a client that opens connections and sends nothing must not keep honest ones out. The new one itself at shutdown.
    /// </summary>
    private Undecided? Add(Undecided undecided)
    {
        lock (_undecided)
        {
            if (_stopped)
            {
                return undecided;
            }

            Undecided? oldest = _undecided.Count >= maxUndecided ? _undecided.First!.Value : null;
            if (oldest is not null)
            {
                _undecided.RemoveFirst();
            }

            _undecided.AddLast(undecided.Node);
            if (_undecided.Count == 1)
            {
                _timer!.Change(decisionTimeout, Timeout.InfiniteTimeSpan);
            }

            return oldest;
        }
    }

    private void Abort(Undecided oldest)
    {
        if (!_stopped && _tooMany.TryTake(out long suppressed))
        {
            ListenerLog.TooManyUndecided(logger, maxUndecided, suppressed);
        }

        oldest.Connection.Abort(new ConnectionAbortedException("Too many connections have not sent their first bytes."));
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

    /// <summary>All connections have the same time limit, so the oldest are at the front and one timer is enough.</summary>
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
            late.Connection.Abort(new ConnectionAbortedException("The connection sent no recognisable protocol in time."));
        }
    }

    /// <summary>
    /// Accepts no more connections. Existing ones continue until the server has drained them; they keep using the socket's memory.
    /// </summary>
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

    /// <summary>The server disposes its listeners after the last connection has ended.</summary>
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
