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
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snet-admin-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task NoAnswer_HasASecret()
    {
        await using ScriptedService service = await ScriptedService.StartAsync();
        await using AdminApp gateway = await AdminApp.StartAsync(service, Canaries.In(_folder));
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
            Assert.False(answer.Contains(Canaries.Text, StringComparison.OrdinalIgnoreCase), $"{path}: {answer}");
        }

        JsonElement[] shown = [.. (await gateway.GetAsync("/configuration")).EnumerateArray()];
        Assert.Equal("10", ValueOf("SnetGateway:Services:echo:Price:Cogs"));
        Assert.Equal("***", ValueOf("SnetGateway:Ledger:Etcd:Password"));
        Assert.Equal("https://node.example.org/***", ValueOf("SnetGateway:Chain:Endpoints:1"));
        Assert.Equal(service.Address.ToString(), ValueOf("ReverseProxy:Clusters:echo:Destinations:one:Address"));
        Assert.DoesNotContain(shown, value => value.GetProperty("key").GetString()!.StartsWith("SomeOther", StringComparison.Ordinal));

        string? ValueOf(string key) => shown.Single(value => value.GetProperty("key").GetString() == key).GetProperty("value").GetString();
    }
}
