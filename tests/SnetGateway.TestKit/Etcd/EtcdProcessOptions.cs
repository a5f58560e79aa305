namespace SnetGateway.TestKit.Etcd;

/// <summary>Start options of an etcd.</summary>
public sealed record EtcdProcessOptions
{
    /// <summary>Additional arguments, such as `--quota-backend-bytes=16777216`.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Its certificate, and the authority of its clients' certificates; null for cleartext.</summary>
    public EtcdTls? Tls { get; init; }
}

/// <summary>PEM files.</summary>
public sealed record EtcdTls(string CaFile, string CertificateFile, string KeyFile);
