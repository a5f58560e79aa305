using System.Security.Cryptography.X509Certificates;
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
    /// <param name="authority">The host to name instead of the address's, which is also the name that a certificate must have.</param>
    /// <param name="authorities">The roots that a certificate must come from; null for those of the system.</param>
    public static GrpcChannel Open(Uri address, string? authority = null, X509Certificate2Collection? authorities = null)
    {
        var handler = new SocketsHttpHandler
        {
            EnableMultipleHttp2Connections = true,
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            ActivityHeadersPropagator = null,
            ConnectTimeout = TimeSpan.FromSeconds(15),
            InitialHttp2StreamWindowSize = 1024 * 1024, // windows do not grow by themselves in the gateway's process
        };
        if (authorities is not null)
        {
            var chain = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            chain.CustomTrustStore.AddRange(authorities);
            handler.SslOptions.CertificateChainPolicy = chain;
        }

        string path = address.AbsolutePath.TrimEnd('/');
        HttpMessageHandler outer = path.Length == 0 ? handler : new PathHandler(path, handler);
        outer = authority is null ? outer : new HostHandler(authority, outer);
        var http = new HttpClient(outer) { Timeout = Timeout.InfiniteTimeSpan };

        // No compression: the package bounds a message by its length on the wire, so a service could send a small one that expands without
        // limit.
        return GrpcChannel.ForAddress(
            address, new GrpcChannelOptions { HttpClient = http, DisposeHttpClient = true, CompressionProviders = [] });
    }

    /// <summary>A channel takes no other host than its address.</summary>
    private sealed class HostHandler(string authority, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.Host = authority;
            return base.SendAsync(request, cancellationToken);
        }
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
