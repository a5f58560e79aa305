using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.DependencyInjection;
using SnetGateway.Gateway.Alerts;
using SnetGateway.Gateway.Listeners;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Gateway.Alerts;

public sealed class CertificateAlertsTests : IDisposable
{
    private readonly TestTimeProvider _time = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly ServerCertificates _certificates;

    public CertificateAlertsTests()
    {
        _certificates = new ServerCertificates(_services.GetRequiredService<IMeterFactory>(), _time);
    }

    public void Dispose()
    {
        _certificates.Dispose();
        _services.Dispose();
    }

    [Fact]
    public void LastSixthOfTheLifetime_OrTheConfiguredTime_IsAProblem()
    {
        var alerts = new CertificateAlerts(_certificates, _time);
        Assert.Empty(alerts.Find(new AlertOptions()));
        _certificates.Put(0, Create("old.example.org", days: 60));
        _certificates.Put(1, Create("new.example.org", days: 90));
        _time.Advance(TimeSpan.FromDays(49));
        Assert.Empty(alerts.Find(new AlertOptions()));
        _time.Advance(TimeSpan.FromDays(2));
        AlertProblem problem = Assert.Single(alerts.Find(new AlertOptions()));
        Assert.Equal((AlertRule.CertificateExpiring, "old.example.org"), (problem.Rule, problem.Subject));
        Assert.Contains("valid until 2026-03-02 00:00:00Z", problem.Summary, StringComparison.Ordinal);
        Assert.Equal(2, alerts.Find(new AlertOptions { CertificateTime = TimeSpan.FromDays(40) }).Count());
    }

    private TlsCertificate Create(string name, int days)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        DateTimeOffset now = _time.GetUtcNow();
        using X509Certificate2 certificate = request.CreateSelfSigned(now, now.AddDays(days));
        return TlsCertificate.Read(certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }
}
