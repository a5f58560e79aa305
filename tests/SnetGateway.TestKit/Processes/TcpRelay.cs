using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace SnetGateway.TestKit.Processes;

/// <summary>
/// A relay between two programs that simulates network failures: closed connections, lost responses, refused connections.
/// </summary>
public sealed class TcpRelay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _ending = new();
    private readonly Lock _gate = new();
    private readonly List<Socket> _sockets = [];
    private readonly Uri _target;
    private readonly Task _accepting;
    private volatile TcpRelayMode _mode;
    private long _requestBytes;

    /// <summary>Begins to listen.</summary>
    public TcpRelay(string target)
    {
        _target = new Uri(target);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Its address, in the target's scheme.</summary>
    public string Endpoint =>
        $"{_target.Scheme}://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>Bytes sent to the target.</summary>
    public long RequestBytes => Interlocked.Read(ref _requestBytes);

    /// <summary>The relay's behaviour from now on.</summary>
    public TcpRelayMode Mode
    {
        get => _mode;
        set => _mode = value;
    }

    /// <summary>Closes all existing connections.</summary>
    public void Cut()
    {
        lock (_gate)
        {
            _sockets.ForEach(socket => socket.Dispose());
            _sockets.Clear();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        _listener.Stop();
        Cut();
        await _accepting;
        _ending.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket client = await _listener.AcceptSocketAsync(_ending.Token);
                if (_mode == TcpRelayMode.Refuses)
                {
                    client.Dispose();
                    continue;
                }

                _ = RelayAsync(client);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The relay was disposed.
        }
    }

    private async Task RelayAsync(Socket client)
    {
        var server = new Socket(SocketType.Stream, ProtocolType.Tcp);
        lock (_gate)
        {
            _sockets.Add(client);
            _sockets.Add(server);
        }

        try
        {
            await server.ConnectAsync(IPAddress.Loopback, _target.Port, _ending.Token);
            (client.NoDelay, server.NoDelay) = (true, true);
            await Task.WhenAny(CopyAsync(client, server, isAnswer: false), CopyAsync(server, client, isAnswer: true));
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Closed, or the target is unreachable: the other side sees the end.
        }
        finally
        {
            client.Dispose();
            server.Dispose();
        }
    }

    private async Task CopyAsync(Socket from, Socket to, bool isAnswer)
    {
        try
        {
            byte[] buffer = new byte[65_536];
            while (await from.ReceiveAsync(buffer, SocketFlags.None, _ending.Token) is > 0 and var length)
            {
                if (isAnswer && _mode == TcpRelayMode.SwallowsAnswers)
                {
                    continue;
                }

                if (!isAnswer)
                {
                    Interlocked.Add(ref _requestBytes, length);
                }

                for (int sent = 0; sent < length;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, length - sent), SocketFlags.None, _ending.Token);
                }
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The end of one side ends both.
        }
    }
}

/// <summary>What a relay does with bytes and connections.</summary>
public enum TcpRelayMode
{
    /// <summary>Forwards everything.</summary>
    Passes,

    /// <summary>Forwards requests, and discards responses.</summary>
    SwallowsAnswers,

    /// <summary>Closes each new connection immediately; existing ones continue until <see cref="TcpRelay.Cut"/>.</summary>
    Refuses,
}
