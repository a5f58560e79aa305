using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace SnetGateway.Gateway.Backends;

/// <summary>
/// TLS towards the instances of one cluster: the client certificate, and the authorities that sign theirs. Both are read for each new
/// connection, so replaced files and a reload take effect with the next one.
/// </summary>
internal sealed class BackendTls(string clusterId, IClusterBackends clusters)
{
    private ClusterTlsOptions? Options => clusters.Backends.Find(clusterId)?.Options.Tls;

    /// <summary>Puts this into the settings of a cluster's connections. What YARP's own settings say stays.</summary>
    public void Apply(SslClientAuthenticationOptions ssl)
    {
        ssl.LocalCertificateSelectionCallback ??= (_, _, _, _, _) => ClientCertificate()!;
        ssl.RemoteCertificateValidationCallback ??= IsTrusted;
    }

    private X509Certificate2? ClientCertificate() => Options is { CertificatePath: { Length: > 0 } path } options
        ? X509Certificate2.CreateFromPemFile(path, string.IsNullOrEmpty(options.KeyPath) ? null : options.KeyPath)
        : null;

    private bool IsTrusted(object sender, X509Certificate? certificate, X509Chain? sent, SslPolicyErrors problems)
    {
        if (Options is not { CaPath: { Length: > 0 } authorities })
        {
            return problems == SslPolicyErrors.None;
        }

        if ((problems & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None || certificate is null)
        {
            return false;
        }

        using var chain = new X509Chain
        {
            ChainPolicy = { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck },
        };
        chain.ChainPolicy.CustomTrustStore.ImportFromPemFile(authorities);
        chain.ChainPolicy.ExtraStore.AddRange(sent?.ChainPolicy.ExtraStore ?? []);
        return chain.Build((X509Certificate2)certificate);
    }
}
