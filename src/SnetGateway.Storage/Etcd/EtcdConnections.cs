using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SnetGateway.Grpc.Client;
using SnetGateway.Payments.Records;

namespace SnetGateway.Storage.Etcd;

/// <summary>How connections to etcd are made: pings, time limits, whose certificates are trusted and which one is shown.</summary>
internal static class EtcdConnections
{
    /// <summary>Throws <see cref="StoreUnavailableException"/> when a certificate's file cannot be read.</summary>
    public static SocketsHttpHandler CreateHandler(EtcdOptions options)
    {
        SocketsHttpHandler handler = GrpcClient.CreateHandler();
        handler.ConnectTimeout = options.DialTimeout;
        handler.KeepAlivePingDelay = options.KeepAliveInterval;
        handler.KeepAlivePingTimeout = options.KeepAliveTimeout;
        handler.KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests;
        handler.PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan;
        try
        {
            if (options.CaPath.Length > 0)
            {
                var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
                policy.CustomTrustStore.ImportFromPemFile(options.CaPath);
                handler.SslOptions.CertificateChainPolicy = policy;
            }

            if (options.CertificatePath.Length > 0)
            {
                _ = LoadCertificate(options); // so that a wrong file is found now
                handler.SslOptions.LocalCertificateSelectionCallback = (_, _, _, _, _) => LoadCertificate(options);
            }
        }
        catch (Exception exception) when (exception is CryptographicException or IOException or UnauthorizedAccessException)
        {
            handler.Dispose();
            throw new StoreUnavailableException($"A certificate for etcd cannot be read: {exception.Message}", exception);
        }

        return handler;
    }

    private static X509Certificate2 LoadCertificate(EtcdOptions options) =>
        X509Certificate2.CreateFromPemFile(options.CertificatePath, options.KeyPath.Length > 0 ? options.KeyPath : null);
}
