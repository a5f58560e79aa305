using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using SnetGateway.TestKit.Processes;

namespace SnetGateway.TestKit.Acme;

/// <summary>
/// Debian's pebble, an ACME server for tests, on free loopback ports, with its own name server in which every host is this machine. It
/// refuses every fourth nonce.
/// </summary>
public sealed class PebbleProcess : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snet-pebble-");
    private readonly int _port = FreePort.Find();
    private readonly int _managementPort = FreePort.Find();
    private ChildProcess? _names;
    private ChildProcess? _process;

    private PebbleProcess()
    {
    }

    /// <summary>The port at which it asks for http-01 responses.</summary>
    public int HttpPort { get; } = FreePort.Find();

    /// <summary>The port at which it asks for tls-alpn-01 responses.</summary>
    public int TlsPort { get; } = FreePort.Find();

    public Uri DirectoryUrl => new($"https://localhost:{_port}/dir");

    /// <summary>The authority of its own HTTPS certificate.</summary>
    public string CaPath => Path.Combine(_folder.FullName, "server.pem");

    public string RecentOutput => _process?.RecentOutput ?? "";

    /// <summary>Starts it and waits until it listens.</summary>
    /// <param name="lifetime">How long its certificates are valid.</param>
    /// <param name="externalAccounts">MAC keys of external accounts by their ids, in base64url; null: none are needed.</param>
    /// <param name="blocked">A host for which it issues nothing.</param>
    public static async Task<PebbleProcess> StartAsync(
        TimeSpan? lifetime = null, IReadOnlyDictionary<string, string>? externalAccounts = null, string blocked = "blocked.example.org")
    {
        FastRun.Refuse("pebble");
        var pebble = new PebbleProcess();
        try
        {
            await pebble.RunAsync(lifetime ?? TimeSpan.FromDays(90), externalAccounts, blocked);
            return pebble;
        }
        catch
        {
            await pebble.DisposeAsync();
            throw;
        }
    }

    /// <summary>The root of the certificates that it issues, as PEM. Another one at each start.</summary>
    public Task<string> ReadRootAsync() => ReadAsync(new Uri($"https://localhost:{_managementPort}/roots/0"));

    public Task<string> ReadDirectoryAsync() => ReadAsync(DirectoryUrl);

    public async ValueTask DisposeAsync()
    {
        foreach (ChildProcess? process in (ChildProcess?[])[_process, _names])
        {
            if (process is not null)
            {
                await process.DisposeAsync();
            }
        }

        _folder.Delete(recursive: true);
    }

    private static async Task<string> ReadAsync(Uri url)
    {
        using var trust = new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, _, _, _) => true };
        using var http = new HttpClient(trust);
        return await http.GetStringAsync(url);
    }

    private async Task RunAsync(TimeSpan lifetime, IReadOnlyDictionary<string, string>? externalAccounts, string blocked)
    {
        WriteServerCertificate();
        var settings = new JsonObject
        {
            ["listenAddress"] = $"127.0.0.1:{_port}",
            ["managementListenAddress"] = $"127.0.0.1:{_managementPort}",
            ["certificate"] = CaPath,
            ["privateKey"] = Path.ChangeExtension(CaPath, ".key"),
            ["httpPort"] = HttpPort,
            ["tlsPort"] = TlsPort,
            ["certificateValidityPeriod"] = (int)lifetime.TotalSeconds,
            ["domainBlocklist"] = new JsonArray(blocked),
            ["externalAccountBindingRequired"] = externalAccounts is not null,
            ["externalAccountMACKeys"] = new JsonObject(
                (externalAccounts ?? new Dictionary<string, string>()).Select(
                    pair => KeyValuePair.Create(pair.Key, (JsonNode?)JsonValue.Create(pair.Value)))),
        };
        string file = Path.Combine(_folder.FullName, "pebble.json");
        await File.WriteAllTextAsync(file, new JsonObject { ["pebble"] = settings }.ToJsonString());

        int names = FreePort.Find(), namesManagement = FreePort.Find();
        _names = ChildProcess.Start(
            "pebble-challtestsrv",
            [
                "-dns01", $"127.0.0.1:{names}", "-management", $"127.0.0.1:{namesManagement}", "-defaultIPv6", "", "-http01", "",
                "-https01", "", "-tlsalpn01", "",
            ]);
        _process = ChildProcess.Start(
            "pebble", ["-config", file, "-dnsserver", $"127.0.0.1:{names}", "-strict"], _folder.FullName,
            new Dictionary<string, string?> { ["PEBBLE_VA_NOSLEEP"] = "1", ["PEBBLE_WFE_NONCEREJECT"] = "25" });
        await Eventually.TrueAsync("pebble listens", IsListeningAsync, ChildProcess.Patience);
    }

    private async Task<bool> IsListeningAsync()
    {
        if (_process!.HasExited || _names!.HasExited)
        {
            throw new InvalidOperationException($"pebble ended. Its output:\n{_process.RecentOutput}\n{_names!.RecentOutput}");
        }

        try
        {
            await ReadRootAsync();
            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private void WriteServerCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=pebble", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        File.WriteAllText(CaPath, certificate.ExportCertificatePem());
        File.WriteAllText(Path.ChangeExtension(CaPath, ".key"), key.ExportPkcs8PrivateKeyPem());
    }
}
