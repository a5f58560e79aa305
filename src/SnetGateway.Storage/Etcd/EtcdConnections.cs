using SnetGateway.Grpc.Client;
using SnetGateway.Payments.Records;

namespace SnetGateway.Storage.Etcd;

/// <summary>How connections to etcd are made: pings, time limits, whose certificates are trusted and which one is shown.</summary>
internal static class EtcdConnections
{
    /// <summary>Throws <see cref="StoreUnavailableException"/> when a certificate's file cannot be read.</summary>
    public static SocketsHttpHandler CreateHandler(EtcdOptions options)
    {
        var certificates = new ClientCertificates("etcd", options.CaPath, options.CertificatePath, options.KeyPath);
        SocketsHttpHandler handler = GrpcClient.CreateHandler();
        handler.ConnectTimeout = options.DialTimeout;
        handler.KeepAlivePingDelay = options.KeepAliveInterval;
        handler.KeepAlivePingTimeout = options.KeepAliveTimeout;
        handler.KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests;
        handler.PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan;
        handler.SslOptions.CertificateChainPolicy = certificates.Trust;
        handler.SslOptions.LocalCertificateSelectionCallback = certificates.Select;
        return handler;
    }
}
