namespace SnetGateway.TestKit.Etcd;

/// <summary>How an etcd is started.</summary>
public sealed record EtcdProcessOptions
{
    /// <summary>Further arguments, as `--quota-backend-bytes=16777216`.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Its certificate, and the authority whose certificates its clients must show; null for cleartext.</summary>
    public EtcdTls? Tls { get; init; }
}

/// <summary>PEM files.</summary>
public sealed record EtcdTls(string CaFile, string CertificateFile, string KeyFile);
