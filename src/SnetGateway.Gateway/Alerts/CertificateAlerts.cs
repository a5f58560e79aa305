using SnetGateway.Gateway.Listeners;

namespace SnetGateway.Gateway.Alerts;

/// <summary>A certificate of the public listener expires soon.</summary>
internal sealed class CertificateAlerts(ServerCertificates certificates, TimeProvider time) : IAlertSource
{
    /// <summary>As metrics.md says: renewal begins at a third of the lifetime.</summary>
    private const int Sixth = 6;

    public IEnumerable<AlertProblem> Find(AlertOptions options)
    {
        DateTimeOffset now = time.GetUtcNow();
        return certificates.All
            .Where(certificate => certificate.NotAfter - now
                < (options.CertificateTime ?? (certificate.NotAfter - certificate.NotBefore) / Sixth))
            .DistinctBy(certificate => certificate.Names[0], StringComparer.OrdinalIgnoreCase)
            .Select(certificate => new AlertProblem(
                AlertRule.CertificateExpiring, certificate.Names[0],
                FormattableString.Invariant($"The certificate for {certificate.Names[0]} is valid until {certificate.NotAfter:u}.")));
    }
}
