using System.Diagnostics.Metrics;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using SnetGateway.Gateway.Hosting;
using SnetGateway.Gateway.Listeners;
using Xunit;

namespace SnetGateway.Tests.Gateway.Listeners;

/// <summary>Certificates from files: which one a client gets, and when a changed one is used.</summary>
public sealed class CertificateFilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("snet-certificates-").FullName;
    private readonly ServiceProvider _services = new ServiceCollection()
        .AddMetrics().AddSingleton(TimeProvider.System).AddSingleton<ServerCertificates>().BuildServiceProvider();
    private readonly ServerCertificates _certificates;

    public CertificateFilesTests()
    {
        _certificates = _services.GetRequiredService<ServerCertificates>();
    }

    public void Dispose()
    {
        _services.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("a.example.org", "a")]
    [InlineData("A.Example.ORG", "a")]
    [InlineData("two.example.org", "a")]
    [InlineData("one.wild.example.org", "b")]
    [InlineData("one.two.wild.example.org", "a")]
    [InlineData("wild.example.org", "a")]
    [InlineData("elsewhere.example.net", "a")]
    [InlineData(".", "a")]
    [InlineData("", "a")]
    public void Client_GetsTheCertificateOfItsHost_OrTheFirst(string host, string expected)
    {
        Write("a", "a.example.org", "two.example.org");
        Write("b", "*.wild.example.org", "a.example.org");
        Files("a", "b").Load();
        Assert.Equal($"CN={expected}", _certificates.Find(host).Leaf.Subject);
    }

    [Fact]
    public void WithoutCertificate_TheHandshakeFails() => Assert.Throws<AuthenticationException>(() => _certificates.Find("example.org"));

    [Theory]
    [InlineData("")]
    [InlineData("a.example.org")]
    public void ChangedFiles_AreUsedAfterTwoEqualReads(string host)
    {
        Write("a", "a.example.org");
        CertificateFiles files = Files("a");
        files.Load();
        TlsCertificate before = _certificates.Find(host);
        files.ReadChanges();
        files.ReadChanges();
        Assert.Same(before, _certificates.Find(host));

        Write("a", "a.example.org");
        files.ReadChanges();
        Assert.Same(before, _certificates.Find(host));
        files.ReadChanges();
        TlsCertificate after = _certificates.Find(host);
        Assert.NotEqual(before.Leaf.SerialNumber, after.Leaf.SerialNumber);
    }

    [Fact]
    public void FilesThatDoNotFit_ChangeNothing_UntilTheyDo()
    {
        Write("a", "a.example.org");
        CertificateFiles files = Files("a");
        files.Load();
        TlsCertificate before = _certificates.Find("");

        string key = File.ReadAllText(Path("a.key"));
        Write("a", "a.example.org");
        string nextKey = File.ReadAllText(Path("a.key"));
        foreach (Action damage in (Action[])
            [
                () => File.WriteAllText(Path("a.key"), key),
                () => File.WriteAllText(Path("a.key"), ""),
                () => File.WriteAllText(Path("a.key"), "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"),
                () => File.Delete(Path("a.key")),
            ])
        {
            damage();
            files.ReadChanges();
            files.ReadChanges();
            files.ReadChanges();
            Assert.Same(before, _certificates.Find(""));
        }

        File.WriteAllText(Path("a.key"), nextKey);
        files.ReadChanges();
        files.ReadChanges();
        Assert.NotSame(before, _certificates.Find(""));
    }

    [Fact]
    public void TimeToExpiry_IsMeasured_OnceThereIsACertificate()
    {
        List<double> measured = [];
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Scope == _services.GetRequiredService<IMeterFactory>())
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((_, value, _, _) => measured.Add(value));
        listener.Start();
        listener.RecordObservableInstruments();
        Assert.Empty(measured);
        Write("a", "a.example.org");
        Files("a").Load();
        listener.RecordObservableInstruments();
        Assert.InRange(Assert.Single(measured), TimeSpan.FromDays(365 * 100).TotalSeconds, TimeSpan.FromDays(366 * 200).TotalSeconds);
    }

    [Fact]
    public void OnlyTls12And13_AreOffered()
    {
        Write("a", "a.example.org");
        Files("a").Load();
        Assert.Equal(SslProtocols.Tls12 | SslProtocols.Tls13, _certificates.Find("").Options.EnabledSslProtocols);
    }

    private CertificateFiles Files(params string[] names) => new(
        Options.Create(new ListenerOptions
        {
            Public = new PublicListenerOptions
            {
                CertificatePath = Path($"{names[0]}.pem"),
                KeyPath = Path($"{names[0]}.key"),
                Certificates =
                [
                    .. names.Skip(1).Select(
                        name => new CertificateOptions { CertificatePath = Path($"{name}.pem"), KeyPath = Path($"{name}.key") }),
                ],
            },
        }),
        _certificates,
        new CommonTimer(TimeProvider.System),
        NullLogger<CertificateFiles>.Instance);

    private string Path(string file) => System.IO.Path.Combine(_folder, file);

    private void Write(string name, params string[] hosts)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        foreach (string host in hosts)
        {
            names.AddDnsName(host);
        }

        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
        File.WriteAllText(Path($"{name}.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path($"{name}.key"), key.ExportPkcs8PrivateKeyPem());
    }
}
