using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using SnetGateway.TestKit.Market;
using SnetGateway.TestKit.Processes;

namespace SnetGateway.FunctionalTests.Fleet;

/// <summary>
/// The gateway as a process with a file that a test changes while calls run. Its routes cost nothing and it reaches no chain.
/// </summary>
internal sealed partial class FleetGateway : IAsyncDisposable
{
    private readonly DirectoryInfo _folder;
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly JsonNode _file;
    private readonly ChildProcess _process;

    private readonly Task _reading;

    private FleetGateway(JsonNode file, DirectoryInfo folder, ChildProcess process)
    {
        (_file, _folder, _process) = (file, folder, process);
        _reading = ReadAsync();
    }

    public IPEndPoint EndPoint { get; private set; } = null!;

    public ChildProcess Process => _process;

    private static string FileIn(DirectoryInfo folder) => Path.Combine(folder.FullName, "appsettings.json");

    /// <summary>Starts it in front of these services: one route and one cluster each, by the name of the gRPC service.</summary>
    public static async Task<FleetGateway> StartAsync(params (string Service, Uri[] Instances)[] services)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("snet-fleet-");
        await using (var init = ChildProcess.Start(GatewayProcess.Program, ["init", "--output", FileIn(folder)]))
        {
            await init.WaitForExitAsync();
        }

        JsonNode file = JsonNode.Parse(
            await File.ReadAllTextAsync(FileIn(folder)),
            documentOptions: new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true })!;
        Route(file, services);
        await File.WriteAllTextAsync(FileIn(folder), file.ToJsonString());
        var process = ChildProcess.Start(
            GatewayProcess.Program,
            [
                "serve", "--config", FileIn(folder),
                "--SnetGateway:Listeners:Public:Address=127.0.0.1:0",
                "--SnetGateway:Listeners:Admin:Address=127.0.0.1:0",
                $"--SnetGateway:Ledger:Path={Path.Combine(folder.FullName, "ledger.db")}",
                "--SnetGateway:Limits:DrainTimeout=00:00:20",
            ]);
        var gateway = new FleetGateway(file, folder, process);
        string line = await gateway.LineAsync("for consumers");
        gateway.EndPoint = IPEndPoint.Parse(Address().Match(line).Groups[1].Value);
        return gateway;
    }

    /// <summary>Writes the file anew and waits for what the gateway says of it.</summary>
    public async Task ChangeAsync(string answer, params (string Service, Uri[] Instances)[] services)
    {
        Route(_file, services);
        await File.WriteAllTextAsync(FileIn(_folder), _file.ToJsonString());
        await LineAsync(answer);
    }

    /// <summary>The line of the log that has this part, which may have been there already.</summary>
    public async Task<string> LineAsync(string part)
    {
        string? found = null;
        await Infrastructure.Eventually.TrueAsync(
            () => (found = _lines.FirstOrDefault(line => line.Contains(part, StringComparison.Ordinal))) is not null,
            $"the log says '{part}'");
        return found!;
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        await _reading;
        _folder.Delete(recursive: true);
    }

    private async Task ReadAsync()
    {
        await foreach (string line in _process.OutputLines.ReadAllAsync())
        {
            _lines.Enqueue(line);
        }
    }

    private static void Route(JsonNode file, (string Service, Uri[] Instances)[] services) => file["ReverseProxy"] = new JsonObject
    {
        ["Routes"] = new JsonObject(services.Select(service => KeyValuePair.Create<string, JsonNode?>(service.Service, new JsonObject
        {
            ["ClusterId"] = service.Service,
            ["Match"] = new JsonObject { ["Path"] = $"/{service.Service}/{{method}}" },
            ["Metadata"] = new JsonObject { ["Payment"] = "none" },
        }))),
        ["Clusters"] = new JsonObject(services.Select(service => KeyValuePair.Create<string, JsonNode?>(service.Service, new JsonObject
        {
            ["Destinations"] = new JsonObject(service.Instances.Select(
                instance => KeyValuePair.Create<string, JsonNode?>(
                    $"port{instance.Port}", new JsonObject { ["Address"] = instance.ToString() }))),
        }))),
    };

    [GeneratedRegex(@"Listening on (\S+) for consumers")]
    private static partial Regex Address();
}
