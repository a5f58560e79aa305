using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using SnetGateway.FunctionalTests.Infrastructure;
using Xunit;

namespace SnetGateway.FunctionalTests.Admin;

/// <summary>Which requests the admin listener serves: hosts, tokens, pages of other sites, sizes.</summary>
public sealed class AdminGuardTests : IDisposable
{
    private const string Path = "/api/v1/test";
    private const string Token = "0123456789abcdef0123456789abcdef";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snet-admin-");
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });
    private readonly SyncPoint _hold = new();

    public void Dispose()
    {
        _http.Dispose();
        _folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData(null, HttpStatusCode.OK)]
    [InlineData("localhost:7001", HttpStatusCode.OK)]
    [InlineData("[::1]:7001", HttpStatusCode.OK)]
    [InlineData("admin.example.org", HttpStatusCode.OK)]
    [InlineData("admin.example.org:7001", HttpStatusCode.OK)]
    [InlineData("rebound.example.org", HttpStatusCode.MisdirectedRequest)]
    [InlineData("127.0.0.1.example.org", HttpStatusCode.MisdirectedRequest)]
    public async Task Host_OnlyAddressesLocalhostAndConfiguredNames(string? host, HttpStatusCode expected)
    {
        await using GatewayHarness gateway = await StartAsync(("SnetGateway:Listeners:Admin:Hosts:0", "admin.example.org"));
        Assert.Equal(expected, await SendAsync(gateway, HttpMethod.Get, Path, ("Host", host)));
        Assert.Equal(HttpStatusCode.OK, await SendAsync(gateway, HttpMethod.Get, "/livez", ("Host", host))); // probes name any
    }

    [Fact]
    public async Task Token_IsRequiredWhereConfigured_OfAllButProbes()
    {
        string file = System.IO.Path.Combine(_folder.FullName, "token");
        await File.WriteAllTextAsync(file, Token + "\n");
        await using GatewayHarness gateway = await StartAsync(("SnetGateway:Listeners:Admin:TokenPath", file));
        string[] wrong = ["", "Bearer", $"Bearer {Token}x", $"Bearer {Token[1..]}", $"Basic {Token}", Token];
        foreach (string header in wrong)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await SendAsync(gateway, HttpMethod.Get, Path, ("Authorization", header)));
        }

        Assert.Equal(HttpStatusCode.OK, await SendAsync(gateway, HttpMethod.Get, Path, ("Authorization", $"Bearer {Token}")));
        Assert.Equal(HttpStatusCode.Unauthorized, await SendAsync(gateway, HttpMethod.Get, "/metrics"));
        Assert.Equal(HttpStatusCode.OK, await SendAsync(gateway, HttpMethod.Get, "/livez"));
        Assert.Equal(1, gateway.Log.Count("AdminUnauthorized")); // the others of the same moment are counted by it
        Assert.DoesNotContain(gateway.Log.Lines, line => line.Text.Contains(Token, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("false", "https", "1.1")]
    [InlineData("false", "https", "2.0")]
    [InlineData("true", "http", "1.1")]
    public async Task OtherThanALoopbackAddress_HasTheCertificatesOfThePublicListener_UnlessCleartextIsSet(
        string cleartext, string scheme, string version)
    {
        using var certificate = new TestCertificate();
        await using GatewayHarness gateway = await StartAsync(
            [
                .. certificate.Settings.Select(pair => (pair.Key, pair.Value)),
                ("SnetGateway:Listeners:Admin:Address", "0.0.0.0:0"), ("SnetGateway:Listeners:Admin:Cleartext", cleartext),
            ]);
        using var http = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true },
        });
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{scheme}://127.0.0.1:{gateway.AdminEndPoint.Port}{Path}")
        {
            Version = Version.Parse(version), VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        using HttpResponseMessage response = await http.SendAsync(request).WithTimeout();
        Assert.Equal((HttpStatusCode.OK, request.Version), (response.StatusCode, response.Version));
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site", HttpStatusCode.Forbidden)]
    [InlineData("Sec-Fetch-Site", "same-site", HttpStatusCode.Forbidden)]
    [InlineData("Sec-Fetch-Site", "same-origin", HttpStatusCode.OK)]
    [InlineData("Sec-Fetch-Site", "none", HttpStatusCode.OK)]
    [InlineData("Origin", "https://evil.example.org", HttpStatusCode.Forbidden)]
    [InlineData("Origin", "null", HttpStatusCode.Forbidden)]
    [InlineData("Origin", "OWN", HttpStatusCode.OK)]
    public async Task PageOfAnotherSite_IsRefused(string header, string value, HttpStatusCode expected)
    {
        await using GatewayHarness gateway = await StartAsync();
        (string, string?) site = (header, value == "OWN" ? $"http://{gateway.AdminEndPoint}" : value);
        Assert.Equal(expected, await SendAsync(gateway, HttpMethod.Get, Path, site));
        Assert.Equal(expected, await SendAsync(gateway, HttpMethod.Post, Path, site, ("Content-Type", "application/json")));
    }

    [Theory]
    [InlineData("application/json", HttpStatusCode.OK)]
    [InlineData("application/json; charset=utf-8", HttpStatusCode.OK)]
    [InlineData("text/plain", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/x-www-form-urlencoded", HttpStatusCode.UnsupportedMediaType)]
    [InlineData(null, HttpStatusCode.UnsupportedMediaType)]
    public async Task Change_NeedsJson(string? type, HttpStatusCode expected)
    {
        await using GatewayHarness gateway = await StartAsync();
        Assert.Equal(expected, await SendAsync(gateway, HttpMethod.Post, Path, ("Content-Type", type)));
    }

    [Fact]
    public async Task Errors_AreProblemDocuments()
    {
        await using GatewayHarness gateway = await StartAsync();
        var root = new Uri($"http://{gateway.AdminEndPoint}");
        using HttpResponseMessage missing = await _http.GetAsync(new Uri(root, "/api/v1/nothing"));
        using HttpResponseMessage method = await _http.DeleteAsync(new Uri(root, Path));
        using HttpResponseMessage broken = await _http.PostAsync(
            new Uri(root, Path), new StringContent("{", Encoding.UTF8, "application/json"));
        using HttpResponseMessage large = await _http.PostAsJsonAsync(new Uri(root, Path), new string('x', 20_000));
        Assert.Equal(
            [
                HttpStatusCode.NotFound, HttpStatusCode.UnsupportedMediaType, HttpStatusCode.BadRequest,
                HttpStatusCode.RequestEntityTooLarge,
            ],
            [missing.StatusCode, method.StatusCode, broken.StatusCode, large.StatusCode]);
        foreach (HttpResponseMessage response in (HttpResponseMessage[])[missing, method, broken, large])
        {
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
            JsonElement problem = await response.Content.ReadFromJsonAsync<JsonElement>();
            Assert.Equal((int)response.StatusCode, problem.GetProperty("status").GetInt32());
        }
    }

    [Fact]
    public async Task ConsumersListener_HasNothingOfIt()
    {
        await using GatewayHarness gateway = await StartAsync();
        using HttpResponseMessage response = await _http.GetAsync(new Uri($"http://{gateway.PublicEndPoint}{Path}"));
        Assert.NotEqual(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task TooManyAtTheSameTime_AreRefused_AndServedWhenOthersHaveEnded()
    {
        await using GatewayHarness gateway = await StartAsync();
        Task<HttpStatusCode>[] held =
            [.. Enumerable.Range(0, 32).Select(_ => SendAsync(gateway, HttpMethod.Get, Path + "/hold"))];
        await _hold.Reached.WithTimeout();
        await Eventually.TrueAsync(() => _arrived == held.Length);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await SendAsync(gateway, HttpMethod.Get, Path));
        _hold.Continue();
        Assert.All(await Task.WhenAll(held).WithTimeout(), status => Assert.Equal(HttpStatusCode.OK, status));
        Assert.Equal(HttpStatusCode.OK, await SendAsync(gateway, HttpMethod.Get, Path));
    }

    private int _arrived;

    private Task<GatewayHarness> StartAsync(params (string Key, string? Value)[] settings) => GatewayHarness.StartAsync(
        settings.ToDictionary(setting => setting.Key, setting => setting.Value),
        mapAdmin: endpoints =>
        {
            endpoints.MapGet(Path, () => "ok");
            endpoints.MapPost(Path, (JsonElement body) => "ok");
            endpoints.MapGet("/metrics", () => "ok");
            endpoints.MapGet(Path + "/hold", async () =>
            {
                Interlocked.Increment(ref _arrived);
                await _hold.WaitAsync();
                return "ok";
            });
        });

    private async Task<HttpStatusCode> SendAsync(
        GatewayHarness gateway, HttpMethod method, string path, params (string Name, string? Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, new Uri($"http://{gateway.AdminEndPoint}{path}"));
        if (method == HttpMethod.Post)
        {
            request.Content = new ByteArrayContent("{}"u8.ToArray());
        }

        foreach ((string name, string? value) in headers)
        {
            if (value is null)
            {
                continue;
            }

            if (name == "Content-Type")
            {
                request.Content!.Headers.TryAddWithoutValidation(name, value);
            }
            else
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }
        }

        using HttpResponseMessage response = await _http.SendAsync(request).WithTimeout();
        return response.StatusCode;
    }
}
