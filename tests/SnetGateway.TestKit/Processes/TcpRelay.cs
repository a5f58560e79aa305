using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace SnetGateway.TestKit.Processes;

/// <summary>
/// A relay between two programs that simulates network failures: closed connections, lost responses, refused connections.
/// </summary>
public sealed class TcpRelay : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource ending = new();
    private readonly Lock gate = new();
    private readonly List<Socket> sockets = [];
    private readonly Uri target;
    private readonly Task accepting;
    private volatile TcpRelayMode mode;
    private long requestBytes;

    /// <summary>Begins to listen.</summary>
    public TcpRelay(string target)
    {
        this.target = new Uri(target);
        listener.Start();
        accepting = AcceptAsync();
    }

    /// <summary>Its address, in the target's scheme.</summary>
    public string Endpoint =>
        $"{target.Scheme}://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>Bytes sent to the target.</summary>
    public long RequestBytes => Interlocked.Read(ref requestBytes);

    /// <summary>The relay's behaviour from now on.</summary>
    public TcpRelayMode Mode
    {
        get => mode;
        set => mode = value;
    }

    /// <summary>Closes all existing connections.</summary>
    public void Cut()
    {
        lock (gate)
        {
            sockets.ForEach(socket => socket.Dispose());
            sockets.Clear();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        listener.Stop();
        Cut();
        await accepting;
        ending.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket client = await listener.AcceptSocketAsync(ending.Token);
                if (mode == TcpRelayMode.Refuses)
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
        lock (gate)
        {
            sockets.Add(client);
            sockets.Add(server);
        }

        try
        {
            await server.ConnectAsync(IPAddress.Loopback, target.Port, ending.Token);
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
            var buffer = new byte[65_536];
            while (await from.ReceiveAsync(buffer, SocketFlags.None, ending.Token) is > 0 and var length)
            {
                if (isAnswer && mode == TcpRelayMode.SwallowsAnswers)
                {
                    continue;
                }

                if (!isAnswer)
                {
                    Interlocked.Add(ref requestBytes, length);
                }

                for (int sent = 0; sent < length;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, length - sent), SocketFlags.None, ending.Token);
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
