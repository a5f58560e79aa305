using System.Net;
using SnetGateway.Payments.Records;

namespace SnetGateway.Storage.Etcd;

/// <summary>Connection settings for etcd: pings, time limits, trusted authorities and the client certificate.</summary>
internal static class EtcdConnections
{
    /// <summary>
    /// Creates the HTTP client for the channels to all members. Throws <see cref="StoreUnavailableException"/> when a certificate file
    /// cannot be read.
    /// </summary>
    /// <remarks>
    /// Pass the client to a channel, not its handler. In front of a handler a channel puts its load balancer, which keeps rejecting calls
    /// for a second and more after a failed connection.
    /// </remarks>
    public static HttpClient CreateClient(EtcdOptions options)
    {
        var certificates = new ClientCertificates("etcd", options.CaPath, options.CertificatePath, options.KeyPath);
        var handler = new SocketsHttpHandler
        {
            EnableMultipleHttp2Connections = true,
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            InitialHttp2StreamWindowSize = 1024 * 1024, // the gateway turns off automatic window growth for the whole process
            ConnectTimeout = options.DialTimeout,
            KeepAlivePingDelay = options.KeepAliveInterval,
            KeepAlivePingTimeout = options.KeepAliveTimeout,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
        };
        handler.SslOptions.CertificateChainPolicy = certificates.Trust;
        handler.SslOptions.LocalCertificateSelectionCallback = certificates.Select;
        return new HttpClient(new UnsentRequestHandler(handler)) { Timeout = Timeout.InfiniteTimeSpan };
    }
}
