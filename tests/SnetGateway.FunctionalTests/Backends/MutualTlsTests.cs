using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Gateway.Backends;
using SnetGateway.TestKit.Stores;
using Xunit;

namespace SnetGateway.FunctionalTests.Backends;

/// <summary>A service that asks for a client certificate, and a gateway that trusts one authority only.</summary>
public sealed class MutualTlsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snet-mutual-");

    public MutualTlsTests()
    {
        StoreCertificates.Write(_folder.FullName, "service");
        StoreCertificates.Write(_folder.FullName, "gateway");
        StoreCertificates.Write(_folder.FullName, "other");
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("gateway", "service", true)]
    [InlineData("other", "service", false)]
    [InlineData(null, "service", false)]
    [InlineData("gateway", "other", false)]
    [InlineData("gateway", null, false)]
    public async Task Call_IsServed_WhereBothSidesTrustEachOther(string? certificate, string? authority, bool isServed)
    {
        var seen = new ConcurrentBag<string>();
        using var served = X509Certificate2.CreateFromPemFile(At("service.pem"), At("service.key"));
        using X509Certificate2 usable = X509CertificateLoader.LoadPkcs12(served.Export(X509ContentType.Pkcs12), null);
        string trusted = (await File.ReadAllTextAsync(At("gateway.pem"))).Trim();
        await using ScriptedService service = await ScriptedService.StartAsync(https: new HttpsConnectionAdapterOptions
        {
            ServerCertificate = usable,
            ClientCertificateMode = ClientCertificateMode.RequireCertificate,
            ClientCertificateValidation = (shown, _, _) =>
            {
                seen.Add(shown.ExportCertificatePem());
                return shown.ExportCertificatePem() == trusted;
            },
        });
        var tls = new ClusterTlsOptions
        {
            CaPath = authority is null ? null : At($"{authority}-ca.pem"),
            CertificatePath = certificate is null ? null : At($"{certificate}.pem"),
            KeyPath = certificate is null ? null : At($"{certificate}.key"),
        };
        var backends = new ClusterBackends([new ClusterBackend("echo", new ClusterBackendOptions { Tls = tls }, null)]);
        await using GatewayHarness gateway = await GatewayHarness.StartAsync(
            new() { ["ReverseProxy:Clusters:echo:Destinations:one:Address"] = $"https://127.0.0.1:{service.Address.Port}" },
            live: GatewayHarness.Live(backends: backends));

        GrpcReply reply = await gateway.CallAsync("hello");
        Assert.Equal(isServed ? (int)StatusCode.OK : (int)StatusCode.Unavailable, reply.Status);
        Assert.Equal(isServed ? ["hello"] : [], reply.Texts);
        Assert.Equal(isServed, seen.Contains(trusted) && service.Requests > 0);
    }

    private string At(string file) => Path.Combine(_folder.FullName, file);
}
