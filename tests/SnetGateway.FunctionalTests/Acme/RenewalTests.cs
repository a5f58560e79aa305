using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Gateway.Acme;
using SnetGateway.Storage.Memory;
using SnetGateway.TestKit.Acme;
using Xunit;

namespace SnetGateway.FunctionalTests.Acme;

/// <summary>Renewal while the gateway serves, and replicas that share certificates.</summary>
[Trait("Needs", "pebble")]
public sealed class RenewalTests : IDisposable
{
    private const string Host = "one.example.org";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snet-acme-");

    public RenewalTests()
    {
        File.WriteAllBytes(Path.Combine(_folder.FullName, "store.key"), RandomNumberGenerator.GetBytes(32));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>Each call opens a connection, so that each sees a handshake.</summary>
    [Fact]
    public async Task Renewal_UnderLoad_FailsNoCall()
    {
        await using PebbleProcess pebble = await PebbleProcess.StartAsync(lifetime: TimeSpan.FromSeconds(10));
        await using GatewayHarness gateway = await new AcmeGateway(pebble, _folder.FullName).StartAsync(Host);
        await Eventually.TrueAsync(() => gateway.Log.Count("CertificateIssued") == 1);
        int calls = 0;
        async Task CallAsync()
        {
            while (gateway.Log.Count("CertificateIssued") < 3)
            {
                Assert.Equal(0, (await TlsCall.SendAsync(gateway, Host)).Status);
                Interlocked.Increment(ref calls);
            }
        }

        await Task.WhenAll(CallAsync(), CallAsync(), CallAsync(), CallAsync());
        Assert.True(calls > 20);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Replica_ThatDidNotOrder_ServesTheSameCertificate(bool isHttp)
    {
        await using PebbleProcess pebble = await PebbleProcess.StartAsync();
        await using var records = new MemoryRecordStore();
        var replica = new AcmeGateway(pebble, _folder.FullName) { Store = records, IsHttp = isHttp };

        // The authority finds the second one only. At its first check it may not order yet, and at the next one the first has begun.
        var store = new SharedAcmeStore(
            records, pebble.DirectoryUrl, await File.ReadAllBytesAsync(Path.Combine(_folder.FullName, "store.key")));
        var later = new DomainState { NextOrder = TimeProvider.System.GetUtcNow().AddSeconds(1) };
        await store.WriteAsync(Host, later.Write(), 0, default);
        await using GatewayHarness second = await (replica with { Interval = TimeSpan.FromSeconds(2) }).StartAsync(Host);
        await using GatewayHarness first = await (replica with { IsFound = false }).StartAsync(Host);

        await Eventually.TrueAsync(() => second.Log.Has("StoredCertificateInUse"));
        Assert.Equal(1, first.Log.Count("CertificateIssued"));
        Assert.Equal(0, second.Log.Count("CertificateIssued"));
        using X509Certificate2? one = await AcmeGateway.CertificateAsync(first, Host);
        using X509Certificate2? other = await AcmeGateway.CertificateAsync(second, Host);
        Assert.Equal(one!.SerialNumber, other!.SerialNumber);
        Assert.False(Directory.Exists(Path.Combine(_folder.FullName, "acme")));
    }

    [Fact]
    public async Task OfManyReplicas_OneOrders()
    {
        await using PebbleProcess pebble = await PebbleProcess.StartAsync();
        await using var records = new MemoryRecordStore();
        List<GatewayHarness> replicas = [];
        try
        {
            for (int i = 0; i < 3; i++)
            {
                replicas.Add(
                    await new AcmeGateway(pebble, _folder.FullName) { Store = records, IsHttp = true, IsFound = i == 0 }.StartAsync(Host));
            }

            await Eventually.TrueAsync(() => replicas.All(
                replica => replica.Log.Has("CertificateIssued") || replica.Log.Has("StoredCertificateInUse")));
            Assert.Equal(1, replicas.Sum(replica => replica.Log.Count("CertificateIssued")));
        }
        finally
        {
            foreach (GatewayHarness replica in replicas)
            {
                await replica.DisposeAsync();
            }
        }
    }

    [Fact]
    public async Task SuggestedTime_ThatHasPassed_RenewsImmediately_AndOneInTheFutureDoesNot()
    {
        await using PebbleProcess pebble = await PebbleProcess.StartAsync();
        await using var suggestions = new RenewalServer(pebble);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        string past = RenewalServer.Window(now.AddDays(-2), now.AddDays(-1));
        string future = RenewalServer.Window(now.AddDays(30), now.AddDays(31));
        var settings = new AcmeGateway(pebble, _folder.FullName) { Directory = suggestions.DirectoryUrl };
        foreach (string suggestion in (string[])[future, past])
        {
            // Nor is one that was issued just now replaced.
            suggestions.Suggest = _ => suggestion;
            int asked = suggestions.Asked.Count;
            await using GatewayHarness first = await settings.StartAsync(Host);
            await Eventually.TrueAsync(() => suggestions.Asked.Count > asked);
            Assert.Equal(suggestion == future ? 1 : 0, first.Log.Count("CertificateIssued"));
            Assert.False(first.Log.Has("RenewalInfoFailed"));
        }

        string file = Path.Combine(_folder.FullName, "acme", "127.0.0.1", $"{Host}.json");
        DomainState state = DomainState.Read(await File.ReadAllBytesAsync(file)) with { NextOrder = default };
        Assert.Equal(0, state.Failures);
        await File.WriteAllBytesAsync(file, state.Write());
        string id = suggestions.Asked.Distinct().Single();
        suggestions.Suggest = asked => asked == id ? past : future;
        await using GatewayHarness gateway = await settings.StartAsync(Host);
        await Eventually.TrueAsync(() => gateway.Log.Has("CertificateIssued") && suggestions.Asked.Any(asked => asked != id));
        Assert.Equal(1, gateway.Log.Count("CertificateIssued"));
    }

    [Theory]
    [InlineData(429, """{"type":"urn:ietf:params:acme:error:rateLimited","detail":"too many orders"}""", "too many orders")]
    [InlineData(503, "<html>maintenance</html>", "503")]
    [InlineData(302, "", "302")]
    public async Task RefusingAuthority_IsLeftAlone_AsLongAsItAsks(int status, string body, string words)
    {
        await using PebbleProcess pebble = await PebbleProcess.StartAsync();
        await using var authority = new RenewalServer(pebble) { Refusal = (status, body) };
        var settings = new AcmeGateway(pebble, _folder.FullName) { Directory = authority.DirectoryUrl };
        await using (GatewayHarness gateway = await settings.StartAsync(Host))
        {
            gateway.Log.Expected.Add("CertificateNotIssued");
            await Eventually.TrueAsync(() => gateway.Log.Has("CertificateNotIssued"));
            Assert.Contains(
                words, gateway.Log.Lines.Single(line => line.Event == "CertificateNotIssued").Text, StringComparison.Ordinal);
        }

        var state = DomainState.Read(
            await File.ReadAllBytesAsync(Path.Combine(_folder.FullName, "acme", "127.0.0.1", $"{Host}.json")));
        Assert.InRange(state.NextOrder - TimeProvider.System.GetUtcNow(), TimeSpan.FromHours(1.9), TimeSpan.FromHours(2));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("not json")]
    [InlineData("""{"suggestedWindow":{"start":"2030-01-02T00:00:00Z","end":"2030-01-01T00:00:00Z"}}""")]
    public async Task SuggestionThatCannotBeRead_LeavesTheLifetime(string body)
    {
        await using PebbleProcess pebble = await PebbleProcess.StartAsync();
        await using var suggestions = new RenewalServer(pebble) { Suggest = _ => body };
        var settings = new AcmeGateway(pebble, _folder.FullName) { Directory = suggestions.DirectoryUrl };
        await using GatewayHarness gateway = await settings.StartAsync(Host);
        await Eventually.TrueAsync(() => gateway.Log.Has("RenewalInfoFailed"));
        Assert.Equal(1, gateway.Log.Count("CertificateIssued"));
        Assert.Equal(0, (await TlsCall.SendAsync(gateway, Host)).Status);
    }
}
