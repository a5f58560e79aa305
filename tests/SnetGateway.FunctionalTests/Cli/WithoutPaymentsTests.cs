using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.TestKit.Processes;
using Xunit;

namespace SnetGateway.FunctionalTests.Cli;

/// <summary>A gateway as a process whose routes are all free: no chain, no group, no ledger.</summary>
public sealed partial class WithoutPaymentsTests : IDisposable
{
    private static readonly string s_program = Path.Combine(AppContext.BaseDirectory, "snet-gateway.dll");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snet-free-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Gateway_IsReady_ServesCalls_AndKeepsNothing()
    {
        await using ScriptedService service = await ScriptedService.StartAsync();
        string file = Path.Combine(_folder.FullName, "appsettings.json");
        await File.WriteAllTextAsync(file, $$"""
            {
              "SnetGateway": { "Listeners": { "Public": { "Address": "127.0.0.1:0" }, "Admin": { "Address": "127.0.0.1:0" } } },
              "ReverseProxy": {
                "Routes": {
                  "echo": { "ClusterId": "echo", "Match": { "Path": "/{**method}" }, "Metadata": { "Payment": "none" } }
                },
                "Clusters": { "echo": { "Destinations": { "one": { "Address": "{{service.Address}}" } } } }
              }
            }
            """);
        await using var gateway = ChildProcess.Start("dotnet", [s_program, "serve", "--config", file], _folder.FullName);
        string line = await gateway.WaitForLineAsync(line => line.Contains("for consumers", StringComparison.Ordinal));
        Match addresses = Addresses().Match(line);
        using var http = new HttpClient();

        using HttpResponseMessage ready = await http.GetAsync($"http://{addresses.Groups[1]}/readyz").WithTimeout();
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        using var heartbeat = JsonDocument.Parse(await http.GetStringAsync($"http://{addresses.Groups[1]}/heartbeat").WithTimeout());
        Assert.False(heartbeat.RootElement.GetProperty("blockchainEnabled").GetBoolean());
        string status = await http.GetStringAsync($"http://{addresses.Groups[2]}/api/v1/status").WithTimeout();
        Assert.Contains("\"memory\"", status, StringComparison.Ordinal);

        await using RawHttp2 client = await RawHttp2.ConnectAsync(IPEndPoint.Parse(addresses.Groups[1].Value));
        Assert.Equal(0, (await client.CallAsync(RawHttp2.CallHeaders("/any.Service/Call"))).Status);
        foreach (string method in (string[])["PaymentChannelStateService/GetChannelState", "TokenService/GetToken",
            "FreeCallStateService/GetFreeCallsAvailable", "ProviderControlService/StartClaim"])
        {
            Assert.Equal(12, (await client.CallAsync(RawHttp2.CallHeaders($"/escrow.{method}"))).Status);
        }

        Assert.Equal(0, await gateway.TerminateAsync());
        Assert.Contains("No route asks for a payment", gateway.RecentOutput, StringComparison.Ordinal);
        Assert.DoesNotContain("warn", gateway.RecentOutput, StringComparison.Ordinal);
        Assert.Equal([file], Directory.EnumerateFileSystemEntries(_folder.FullName));
    }

    [GeneratedRegex(@"Listening on (\S+) for consumers and on (\S+) for")]
    private static partial Regex Addresses();
}
