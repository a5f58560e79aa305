using System.Net;
using SnetGateway.Payments.Records;

namespace SnetGateway.Storage.Etcd;

/// <summary>How connections to etcd are made: pings, time limits, which certificates are trusted and which one is shown.</summary>
internal static class EtcdConnections
{
    /// <summary>
    /// A client for the channels to all members. Throws <see cref="StoreUnavailableException"/> when a certificate's file cannot be read.
    /// </summary>
    /// <remarks>
    /// A channel that is given the handler itself puts its load balancer in front of it, which keeps refusing calls for a second and more after a
    /// connection failed. A channel that is given an <see cref="HttpClient"/> adds nothing.
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
            InitialHttp2StreamWindowSize = 1024 * 1024, // windows do not grow by themselves in the gateway's process
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
