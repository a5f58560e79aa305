using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.DependencyInjection;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Gateway.Acme;
using SnetGateway.Gateway.Listeners;
using SnetGateway.Payments.Records;
using SnetGateway.Storage;
using SnetGateway.TestKit.Acme;

namespace SnetGateway.FunctionalTests.Acme;

/// <summary>A gateway that gets its certificates from pebble.</summary>
internal sealed record AcmeGateway(PebbleProcess Pebble, string Folder)
{
    /// <summary>The authority's directory; null for pebble's own.</summary>
    public Uri? Directory { get; init; }

    /// <summary>The store that replicas share; null for files.</summary>
    public IRecordStore? Store { get; init; }

    public TimeSpan Interval { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>If true, pebble finds it by http-01, otherwise by tls-alpn-01.</summary>
    public bool IsHttp { get; init; } = true;

    /// <summary>If false, pebble finds another replica.</summary>
    public bool IsFound { get; init; } = true;

    public Dictionary<string, string?> More { get; init; } = [];

    public Task<GatewayHarness> StartAsync(params string[] domains)
    {
        var settings = new Dictionary<string, string?>
        {
            ["SnetGateway:Acme:Directory"] = (Directory ?? Pebble.DirectoryUrl).ToString(),
            ["SnetGateway:Acme:CaPath"] = Pebble.CaPath,
            ["SnetGateway:Acme:AgreeToTerms"] = "true",
            ["SnetGateway:Acme:Email"] = "operator@example.org",
            ["SnetGateway:Acme:Folder"] = Path.Combine(Folder, "acme"),
            ["SnetGateway:Acme:StoreKeyPath"] = Path.Combine(Folder, "store.key"),
        };
        if (IsHttp)
        {
            settings["SnetGateway:Listeners:Public:ChallengeAddress"] = $"127.0.0.1:{(IsFound ? Pebble.HttpPort : 0)}";
        }
        else
        {
            settings["SnetGateway:Listeners:Public:Address"] = $"127.0.0.1:{(IsFound ? Pebble.TlsPort : 0)}";
        }

        for (int i = 0; i < domains.Length; i++)
        {
            settings[$"SnetGateway:Listeners:Public:Domains:{i}"] = domains[i];
        }

        foreach ((string key, string? value) in More)
        {
            settings[key] = value;
        }

        return GatewayHarness.StartAsync(settings, services =>
        {
            services.Configure<AcmeOptions>(options => options.Interval = Interval);
            if (Store is not null)
            {
                services.Configure<LedgerOptions>(options => options.Store = "etcd");
                services.AddSingleton(Store);
            }

            services.AddAcme(new ListenerOptions { Public = new PublicListenerOptions { Domains = domains } });
        });
    }

    /// <summary>The certificate that a new connection for the host gets; null where the handshake fails.</summary>
    public static async Task<X509Certificate2?> CertificateAsync(GatewayHarness gateway, string host)
    {
        try
        {
            await using System.Net.Security.SslStream stream = await TlsClient.ConnectAsync(gateway.PublicEndPoint, host);
            return new X509Certificate2((X509Certificate2)stream.RemoteCertificate!);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
