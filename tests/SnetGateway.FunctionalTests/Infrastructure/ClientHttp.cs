using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Grpc.Net.Client;

namespace SnetGateway.FunctionalTests.Infrastructure;

/// <summary>
/// The connections of one client: for requests that a test writes itself, and for generated clients. Nothing is retried, redirected,
/// compressed or added on the way.
/// </summary>
internal sealed class ClientHttp : HttpMessageInvoker
{
    private readonly HttpClient _http;
    private readonly ConcurrentDictionary<Uri, GrpcChannel> _channels = new();

    /// <param name="connected">Gets the local port of each connection that is opened.</param>
    public ClientHttp(Action<int>? connected = null) : this(new SocketsHttpHandler
    {
        ConnectCallback = connected is null ? null : (context, cancel) => ConnectAsync(context.DnsEndPoint, connected, cancel),
        EnableMultipleHttp2Connections = true,
        UseProxy = false,
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = null,
        ConnectTimeout = TimeSpan.FromSeconds(15),
        InitialHttp2StreamWindowSize = 1024 * 1024,
    })
    {
    }

    private ClientHttp(SocketsHttpHandler handler) : base(handler)
    {
        _http = new HttpClient(handler, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>
    /// Where generated clients of this server send their calls. A call whose token is cancelled throws
    /// <see cref="OperationCanceledException"/>.
    /// </summary>
    public GrpcChannel ChannelTo(Uri server) =>
        _channels.GetOrAdd(server, static (address, http) => GrpcChannel.ForAddress(address, new GrpcChannelOptions
        {
            HttpClient = http,
            CompressionProviders = [],
            ThrowOperationCanceledOnCancellation = true,
        }), _http);

    private static async ValueTask<Stream> ConnectAsync(DnsEndPoint server, Action<int> connected, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(server, cancellationToken);
            connected(((IPEndPoint)socket.LocalEndPoint!).Port);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (GrpcChannel channel in _channels.Values)
            {
                channel.Dispose();
            }

            _http.Dispose();
        }

        base.Dispose(disposing);
    }
}
