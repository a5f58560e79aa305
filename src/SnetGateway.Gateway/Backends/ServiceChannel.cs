using Grpc.Net.Client;

namespace SnetGateway.Gateway.Backends;

/// <summary>Channels for the calls that the program makes as a client: `call`, and reflection requests to services.</summary>
internal static class ServiceChannel
{
    /// <summary>
    /// A channel without proxy, redirects, retries and load balancer (see src/SnetGateway.Storage/README.md, etcd). Disposing it closes its
    /// connections.
    /// </summary>
    /// <param name="address">Scheme, host and port, and a path before the method's if the service has one.</param>
    public static GrpcChannel Open(Uri address)
    {
        HttpMessageHandler handler = new SocketsHttpHandler
        {
            EnableMultipleHttp2Connections = true,
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            ActivityHeadersPropagator = null,
            ConnectTimeout = TimeSpan.FromSeconds(15),
            InitialHttp2StreamWindowSize = 1024 * 1024, // windows do not grow by themselves in the gateway's process
        };
        string path = address.AbsolutePath.TrimEnd('/');
        var http = new HttpClient(path.Length == 0 ? handler : new PathHandler(path, handler)) { Timeout = Timeout.InfiniteTimeSpan };

        // No compression: the package bounds a message by its length on the wire, so a service could send a small one that expands without
        // limit.
        return GrpcChannel.ForAddress(
            address, new GrpcChannelOptions { HttpClient = http, DisposeHttpClient = true, CompressionProviders = [] });
    }

    /// <summary>A channel takes no path.</summary>
    private sealed class PathHandler(string path, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.RequestUri = new Uri(request.RequestUri!, path + request.RequestUri!.AbsolutePath);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
