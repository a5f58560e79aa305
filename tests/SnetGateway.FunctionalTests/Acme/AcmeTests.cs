using System.Security.Cryptography.X509Certificates;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Gateway.Acme;
using SnetGateway.TestKit.Acme;
using Xunit;

namespace SnetGateway.FunctionalTests.Acme;

/// <summary>Certificates ordered from a real ACME server.</summary>
[Trait("Needs", "pebble")]
public sealed class AcmeTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snet-acme-");
    private PebbleProcess _pebble = null!;

    public async ValueTask InitializeAsync() => _pebble = await PebbleProcess.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _pebble.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Certificate_IsOrderedForEachHost_AndKeptForTheNextStart(bool isHttp)
    {
        var settings = new AcmeGateway(_pebble, _folder.FullName) { IsHttp = isHttp };
        Dictionary<string, string> serials = [];
        await using (GatewayHarness gateway = await settings.StartAsync("one.example.org", "Two.Example.org"))
        {
            Assert.Equal(2, gateway.Log.Count("CertificateMissing"));
            await Eventually.TrueAsync(() => gateway.Log.Count("CertificateIssued") == 2);
            foreach (string host in (string[])["one.example.org", "two.example.org"])
            {
                using X509Certificate2? certificate = await AcmeGateway.CertificateAsync(gateway, host);
                Assert.True(certificate!.MatchesHostname(host));
                Assert.Contains("Pebble", certificate.Issuer, StringComparison.Ordinal);
                serials[host] = certificate.SerialNumber;
            }

            AssertNoKeyIn(gateway.Log);
        }

        AssertOwnerOnly(new DirectoryInfo(Path.Combine(_folder.FullName, "acme", "localhost")), 3);
        await using GatewayHarness again = await settings.StartAsync("one.example.org", "two.example.org");
        Assert.Equal(2, again.Log.Count("StoredCertificateInUse"));
        foreach ((string host, string serial) in serials)
        {
            using X509Certificate2? certificate = await AcmeGateway.CertificateAsync(again, host);
            Assert.Equal(serial, certificate!.SerialNumber);
        }
    }

    [Fact]
    public async Task RefusedHost_LeavesTheOthersWorking_AndIsNotOrderedAgainSoon()
    {
        var settings = new AcmeGateway(_pebble, _folder.FullName);
        for (int start = 0; start < 2; start++)
        {
            await using GatewayHarness gateway = await settings.StartAsync("blocked.example.org", "one.example.org");
            gateway.Log.Expected.Add("CertificateNotIssued");
            await Eventually.TrueAsync(() => gateway.Log.Has("CertificateIssued") || gateway.Log.Has("StoredCertificateInUse"));
            Assert.Equal(start == 0 ? 1 : 0, gateway.Log.Count("CertificateNotIssued"));
            Assert.Equal(0, (await TlsCall.SendAsync(gateway, "one.example.org")).Status);
        }

        var state = DomainState.Read(
            await File.ReadAllBytesAsync(Path.Combine(_folder.FullName, "acme", "localhost", "blocked.example.org.json")));
        Assert.Equal(1, state.Failures);
        Assert.InRange(state.NextOrder - TimeProvider.System.GetUtcNow(), TimeSpan.FromMinutes(13), TimeSpan.FromMinutes(20));
    }

    [Fact]
    public async Task HostThatTheAuthorityCannotReach_IsAnEventWithItsReason()
    {
        var settings = new AcmeGateway(_pebble, _folder.FullName) { IsFound = false };
        await using GatewayHarness gateway = await settings.StartAsync("one.example.org");
        gateway.Log.Expected.Add("CertificateNotIssued");
        await Eventually.TrueAsync(() => gateway.Log.Has("CertificateNotIssued"));
        LogLine line = gateway.Log.Lines.Single(line => line.Event == "CertificateNotIssued");
        Assert.Contains("connection", line.Text, StringComparison.Ordinal);
        Assert.Null(await AcmeGateway.CertificateAsync(gateway, "one.example.org"));
    }

    [Fact]
    public async Task UnreachableAuthority_IsAnEvent_AndTheGatewayIsReady()
    {
        var settings = new AcmeGateway(_pebble, _folder.FullName) { Directory = new Uri("https://localhost:1/dir") };
        await using GatewayHarness gateway = await settings.StartAsync("one.example.org");
        gateway.Log.Expected.Add("CertificateNotIssued");
        await Eventually.TrueAsync(() => gateway.Log.Has("CertificateNotIssued"));
        Assert.Empty(gateway.Readiness.Problems());
    }

    [Theory]
    [InlineData("mine", "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W", true)]
    [InlineData("mine", "b10lLJs8l1GPIzsLP0s6pMt8O0XVGnfTaCeROxQM0BIt2XrJMDHJZBM5NuQmQJQH", false)]
    [InlineData(null, null, false)]
    public async Task ExternalAccount_IsBound(string? keyId, string? macKey, bool isIssued)
    {
        await using PebbleProcess pebble = await PebbleProcess.StartAsync(externalAccounts: new Dictionary<string, string>
        {
            ["mine"] = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W",
        });
        string file = Path.Combine(_folder.FullName, "mac.key");
        await File.WriteAllTextAsync(file, $"{macKey}\n");
        var settings = new AcmeGateway(pebble, _folder.FullName)
        {
            More = new()
            {
                ["SnetGateway:Acme:ExternalAccount:KeyId"] = keyId,
                ["SnetGateway:Acme:ExternalAccount:KeyPath"] = keyId is null ? null : file,
            },
        };
        await using GatewayHarness gateway = await settings.StartAsync("one.example.org");
        gateway.Log.Expected.Add("CertificateNotIssued");
        string expected = isIssued ? "CertificateIssued" : "CertificateNotIssued";
        await Eventually.TrueAsync(() => gateway.Log.Has("CertificateIssued") || gateway.Log.Has("CertificateNotIssued"));
        Assert.True(gateway.Log.Has(expected), string.Join('\n', gateway.Log.Lines.Where(line => line.Event?.StartsWith("Cert") == true)));
    }

    /// <summary>Not one line of a stored key is in the log, at any level.</summary>
    private void AssertNoKeyIn(LogRecorder log)
    {
        const int Prefix = 48; // the same for all keys of a curve
        string[] parts =
        [
            .. Directory.GetFiles(Path.Combine(_folder.FullName, "acme", "localhost"))
                .Select(file => file.EndsWith("account.json", StringComparison.Ordinal)
                    ? File.ReadAllText(file)
                    : DomainState.Read(File.ReadAllBytes(file)).Key!)
                .Select(pem => pem.Split('\n')[1][Prefix..]),
        ];
        Assert.Equal(3, parts.Distinct().Count());
        Assert.DoesNotContain(log.Lines, line => parts.Any(part => line.Text.Contains(part, StringComparison.Ordinal)));
    }

    private static void AssertOwnerOnly(DirectoryInfo folder, int files)
    {
        const UnixFileMode File = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.Equal(File | UnixFileMode.UserExecute, folder.UnixFileMode);
        Assert.All(folder.GetFiles(), file => Assert.Equal(File, file.UnixFileMode));
        Assert.Equal(files, folder.GetFiles().Length);
    }
}
