using System.Text.Json;
using SnetGateway.FunctionalTests.Infrastructure;
using Xunit;

namespace SnetGateway.FunctionalTests.Admin;

/// <summary>
/// No answer of the admin API has a secret: keys that can hold one get a text that no answer may have. All keys of the schema:
/// ShownConfigurationTests.
/// </summary>
public sealed class SecretTests : IDisposable
{
    private const string Canary = "CANARY";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snet-admin-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task NoAnswer_HasASecret()
    {
        await using ScriptedService service = await ScriptedService.StartAsync();
        (string Key, string Value)[] secrets =
        [
            ("SnetGateway:Chain:Endpoints:1", $"https://user:{Canary}@node.example.org/v3/{Canary}?key={Canary}"),
            ("SnetGateway:Ledger:Etcd:User", "me"),
            ("SnetGateway:Ledger:Etcd:Password", Canary),
            ("SnetGateway:Processes:Programs:tool:Command", "/bin/true"),
            ("SnetGateway:Processes:Programs:tool:Arguments:0", $"--key={Canary}"),
            ("SnetGateway:Processes:Programs:tool:Environment:API_KEY", Canary),
            ("SnetGateway:Log:Hooks:post:Kind", "webhook"),
            ("SnetGateway:Log:Hooks:post:Webhook:Url", $"http://127.0.0.1:1/{Canary}"),
            ("SnetGateway:Telemetry:Otlp:Endpoint", $"http://127.0.0.1:1/{Canary}"),
            ("ReverseProxy:Routes:echo:Transforms:0:RequestHeader", "authorization"),
            ("ReverseProxy:Routes:echo:Transforms:0:Set", Canary),
            ("ReverseProxy:Clusters:echo:HttpClient:WebProxy:Address", $"http://user:{Canary}@127.0.0.1:1/"),
            ("SomeOther:Password", Canary),
            ("SnetGateway:Prepaid:SecretPath", SecretFile()),
            ("SnetGateway:Listeners:Admin:Hosts:0", "admin.example.org"),
        ];
        await using AdminApp gateway = await AdminApp.StartAsync(service, secrets);
        string[] paths =
        [
            "/api/openapi.json", "/metrics",
            .. JsonDocument.Parse(await gateway.TextAsync("/api/openapi.json")).RootElement.GetProperty("paths").EnumerateObject()
                .Where(path => path.Value.TryGetProperty("get", out _)).Select(path => path.Name),
        ];
        foreach (string path in paths)
        {
            using HttpResponseMessage response = await gateway.SendAsync(HttpMethod.Get, path);
            string answer = await response.Content.ReadAsStringAsync();
            Assert.False(answer.Contains(Canary, StringComparison.OrdinalIgnoreCase), $"{path}: {answer}");
        }

        JsonElement[] shown = [.. (await gateway.GetAsync("/configuration")).EnumerateArray()];
        Assert.Equal("10", ValueOf("SnetGateway:Services:echo:Price:Cogs"));
        Assert.Equal("***", ValueOf("SnetGateway:Ledger:Etcd:Password"));
        Assert.Equal("https://node.example.org/***", ValueOf("SnetGateway:Chain:Endpoints:1"));
        Assert.Equal(service.Address.ToString(), ValueOf("ReverseProxy:Clusters:echo:Destinations:one:Address"));
        Assert.DoesNotContain(shown, value => value.GetProperty("key").GetString()!.StartsWith("SomeOther", StringComparison.Ordinal));

        string? ValueOf(string key) => shown.Single(value => value.GetProperty("key").GetString() == key).GetProperty("value").GetString();
    }

    private string SecretFile()
    {
        string file = Path.Combine(_folder.FullName, "secret");
        File.WriteAllText(file, string.Concat(Enumerable.Repeat(Canary, 6)));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return file;
    }
}
