namespace SnetGateway.Gateway.Listeners;

/// <summary>Log events of certificates that files hold. 1020 to 1024.</summary>
internal static partial class CertificateLog
{
    [LoggerMessage(EventId = 1020, EventName = "CertificateInUse", Level = LogLevel.Information,
        Message = "The certificate for {Names} from {File} is in use; it is valid until {NotAfter:u}.")]
    public static partial void InUse(ILogger logger, string names, string file, DateTimeOffset notAfter);

    [LoggerMessage(EventId = 1021, EventName = "CertificateRefused", Level = LogLevel.Error,
        Message = "The changed certificate {File} cannot be used, so the previous one stays in use: {Reason} Replace the certificate and "
            + "its key together.")]
    public static partial void Refused(ILogger logger, string file, string reason);
}
