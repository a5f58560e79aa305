using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Gateway;
using SnetGateway.Gateway.Configuration;
using SnetGateway.Gateway.Listeners;
using Xunit;

namespace SnetGateway.FunctionalTests.Admin;

/// <summary>The whole gateway in this process, with a ledger in memory and a chain that cannot be reached.</summary>
internal sealed class AdminApp : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _http;

    private AdminApp(WebApplication app)
    {
        _app = app;
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri($"http://{Listeners.Admin}") };
    }

    public ListenerAddresses Listeners => _app.Services.GetRequiredService<ListenerAddresses>();

    public IServiceProvider Services => _app.Services;

    public static async Task<AdminApp> StartAsync(ScriptedService service, params (string Key, string Value)[] settings)
    {
        Dictionary<string, string> all = new()
        {
            ["SnetGateway:Listeners:Public:Address"] = "127.0.0.1:0",
            ["SnetGateway:Listeners:Admin:Address"] = "127.0.0.1:0",
            ["SnetGateway:Limits:DrainTimeout"] = "00:00:01",
            ["SnetGateway:Chain:Endpoints:0"] = "http://127.0.0.1:1",
            ["SnetGateway:Chain:ChainId"] = "31337",
            ["SnetGateway:Chain:EscrowAddress"] = "0x5e592F9b1d303183d963635f895f0f0C48284f4e",
            ["SnetGateway:Ledger:Store"] = "memory",
            ["SnetGateway:Groups:main:OrganizationId"] = "my-org",
            ["SnetGateway:Groups:main:GroupId"] = "aGVyZSBzdGFuZCAzMiBieXRlcyBvZiBncm91cCBpZCE=",
            ["SnetGateway:Groups:main:PaymentAddress"] = "0x1111111111111111111111111111111111111111",
            ["SnetGateway:Services:echo:Group"] = "main",
            ["SnetGateway:Services:echo:ServiceId"] = "echo-id",
            ["SnetGateway:Services:echo:Price:Cogs"] = "10",
            ["ReverseProxy:Routes:echo:ClusterId"] = "echo",
            ["ReverseProxy:Routes:echo:Match:Path"] = "/test.Echo/{method}",
            ["ReverseProxy:Routes:echo:Metadata:Service"] = "echo",
            ["ReverseProxy:Clusters:echo:Destinations:one:Address"] = service.Address.ToString(),
            ["Logging:LogLevel:Default"] = "Critical",
        };
        foreach ((string key, string value) in settings)
        {
            all[key] = value;
        }

        string file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "{}");
        var loader = new ConfigurationLoader(new ConfigurationSources(file, [.. all.Select(pair => $"--{pair.Key}={pair.Value}")]));
        ConfigurationResult result = await loader.LoadAsync();
        Assert.True(result.IsValid, string.Join('\n', result.Errors));
        WebApplication app = GatewayApp.Build(loader, result);
        await app.StartAsync();
        File.Delete(file);
        return new AdminApp(app);
    }

    public Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, object? body = null) => _http.SendAsync(
        new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) });

    public Task<string> TextAsync(string path) => _http.GetStringAsync(new Uri(path, UriKind.Relative));

    public Task<JsonElement> GetAsync(string path) => _http.GetFromJsonAsync<JsonElement>("/api/v1" + path);

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
