namespace SnetGateway.Gateway.Acme;

/// <summary>Log events of certificates that an authority issues. 1025 to 1034. No line holds a key.</summary>
internal static partial class AcmeLog
{
    [LoggerMessage(EventId = 1025, EventName = "CertificateMissing", Level = LogLevel.Warning,
        Message = "{Domain} has no certificate yet. One is ordered from {Directory}; until it is issued, TLS connections to this "
            + "host fail or get another host's certificate.")]
    public static partial void Missing(ILogger logger, string domain, string directory);

    [LoggerMessage(EventId = 1026, EventName = "StoredCertificateInUse", Level = LogLevel.Information,
        Message = "The stored certificate for {Domain} is in use; it is valid until {NotAfter:u} and renewed from {RenewAt:u} on.")]
    public static partial void InUse(ILogger logger, string domain, DateTimeOffset notAfter, DateTimeOffset renewAt);

    [LoggerMessage(EventId = 1027, EventName = "CertificateIssued", Level = LogLevel.Information,
        Message = "{Directory} issued a certificate for {Domain}; it is valid until {NotAfter:u}, in use, and stored.")]
    public static partial void Issued(ILogger logger, string directory, string domain, DateTimeOffset notAfter);

    [LoggerMessage(EventId = 1028, EventName = "CertificateNotIssued", Level = LogLevel.Error,
        Message = "The order of a certificate for {Domain} failed: {Reason} The next one begins at {NextOrder:u} (failures one after the "
            + "other: {Failures}). A certificate that is in use stays in use.")]
    public static partial void NotIssued(ILogger logger, string domain, string reason, DateTimeOffset nextOrder, int failures);

    [LoggerMessage(EventId = 1029, EventName = "CertificateStoreFailed", Level = LogLevel.Error,
        Message = "The certificate of {Domain} cannot be read from where it is stored, or written to it: {Reason} No certificate is "
            + "ordered until this is corrected; those in use stay in use.")]
    public static partial void StoreFailed(ILogger logger, string domain, string reason);

    [LoggerMessage(EventId = 1030, EventName = "RenewalInfoFailed", Level = LogLevel.Debug,
        Message = "The suggested time of renewal for {Domain} could not be read, so the certificate's own lifetime counts: {Reason}")]
    public static partial void RenewalInfoFailed(ILogger logger, string domain, string reason);
}
