using System.Collections.Concurrent;
using System.Net;
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

    public ClientHttp() : this(new SocketsHttpHandler
    {
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
