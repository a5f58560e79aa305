using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using SnetGateway.TestKit.Market;
using SnetGateway.TestKit.Processes;

namespace SnetGateway.FunctionalTests.Replicas;

/// <summary>
/// Debian's haproxy with the configuration that operators get, deploy/group/haproxy.cfg, and a socket that tells of its servers.
/// </summary>
internal sealed class Balancer : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snet-haproxy-");
    private readonly ConcurrentQueue<string> _log = new();
    private ChildProcess? _process;
    private Task _reading = Task.CompletedTask;

    public async Task<Uri> StartAsync(IReadOnlyList<GatewayProcess> gateways)
    {
        int port = FreePort.Find();
        string more = Path.Combine(_folder.FullName, "more.cfg");
        await File.WriteAllTextAsync(
            more, $"global\n  stats socket {Path.Combine(_folder.FullName, "stats")}\n  log stdout format raw local0\n");
        _process = ChildProcess.Start(
            "/usr/sbin/haproxy",
            ["-db", "-f", more, "-f", Repository.Existing("deploy/group/haproxy.cfg", "check the repository out whole")],
            _folder.FullName,
            new Dictionary<string, string?>
            {
                ["SNET_BIND"] = $"127.0.0.1:{port}",
                ["SNET_GATEWAY_1"] = gateways[0].Endpoint,
                ["SNET_GATEWAY_2"] = gateways[1].Endpoint,
                ["SNET_GATEWAY_3"] = gateways[2].Endpoint,
            });
        _reading = ReadLogAsync(_process);
        var address = new Uri($"http://127.0.0.1:{port}");
        await TestKit.Processes.Eventually.TrueAsync(
            "the balancer has found all gateways ready", async () => (await ServersAsync()).Count(server => server.IsUp) == gateways.Count);
        return address;
    }

    /// <summary>Each server with its open connections.</summary>
    public async Task<IReadOnlyList<(bool IsUp, int Connections)>> ServersAsync()
    {
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(_folder.FullName, "stats")));
            await using var stream = new NetworkStream(socket);
            await stream.WriteAsync("show stat\n"u8.ToArray());
            using var reader = new StreamReader(stream);
            string[] lines = (await reader.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            string[][] rows = [.. lines.Select(line => line.TrimStart('#', ' ').Split(','))];
            int name = Array.IndexOf(rows[0], "svname");
            int status = Array.IndexOf(rows[0], "status");
            int current = Array.IndexOf(rows[0], "scur");
            return
            [
                .. rows.Skip(1).Where(row => row[name] is not ("FRONTEND" or "BACKEND"))
                    .Select(row => (row[status] == "UP", int.Parse(row[current], CultureInfo.InvariantCulture))),
            ];
        }
        catch (SocketException)
        {
            return [];
        }
    }

    /// <summary>
    /// What it logged about the connection from this client's port: the two letters before the numbers of connections are the side that
    /// closed it (S the gateway, C the client, - neither before the other was ready) and the phase. The lines come when connections end.
    /// </summary>
    public IEnumerable<string> LogOf(int port) => _log.Where(line => line.StartsWith($"127.0.0.1:{port} ", StringComparison.Ordinal));

    /// <summary>What it logged about its servers: those that went up and down, with the reason.</summary>
    public IEnumerable<string> ServerChanges => _log.Where(line => line.StartsWith("Server ", StringComparison.Ordinal));

    /// <summary>Ends it, and with it all connections, so that each of them is in the log.</summary>
    public async Task StopAsync()
    {
        await _process!.TerminateAsync();
        await _reading;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
            await _reading;
        }

        _folder.Delete(recursive: true);
    }

    private async Task ReadLogAsync(ChildProcess process)
    {
        await foreach (string line in process.OutputLines.ReadAllAsync())
        {
            _log.Enqueue(line);
        }
    }
}
