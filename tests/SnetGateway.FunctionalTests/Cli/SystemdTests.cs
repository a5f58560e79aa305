using System.Net;
using System.Net.Sockets;
using System.Text;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.TestKit.Processes;
using Xunit;

namespace SnetGateway.FunctionalTests.Cli;

/// <summary>What the gateway reports to systemd (`Type=notify`): the test has the socket.</summary>
public sealed class SystemdTests : IDisposable
{
    private static readonly string s_program = Path.Combine(AppContext.BaseDirectory, "snet-gateway.dll");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snet-systemd-");

    private string Notify => Path.Combine(_folder.FullName, "notify");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Gateway_SaysThatItHasStarted_AndThatItStops()
    {
        using Socket systemd = Listen();
        await using ChildProcess gateway = Serve("--config", await WriteAsync("one"));
        await gateway.WaitForLineAsync(IsListening);
        Assert.Equal("READY=1", await ReceiveAsync(systemd));

        Assert.Equal(0, await gateway.TerminateAsync());
        Assert.Equal("STOPPING=1", await ReceiveAsync(systemd));
    }

    [Fact]
    public async Task SeveralGateways_SayOnceThatAllHaveStarted()
    {
        using Socket systemd = Listen();
        await using ChildProcess gateways = Serve("--config", await WriteAsync("one"), "--with", await WriteAsync("two"));
        await gateways.WaitForLineAsync(IsListening);
        await gateways.WaitForLineAsync(IsListening);
        Assert.Equal("READY=1", await ReceiveAsync(systemd));

        Assert.Equal(0, await gateways.TerminateAsync());
        Assert.Equal("STOPPING=1", await ReceiveAsync(systemd));
        Assert.Equal(0, systemd.Available);
    }

    [Fact]
    public async Task SeveralGateways_OfWhichOneCannotStart_NeverSayThatTheyHaveStarted()
    {
        using Socket systemd = Listen();
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        await using ChildProcess gateways = Serve(
            "--config", await WriteAsync("one"), "--with", await WriteAsync("two", $"{taken.LocalEndpoint}"));
        await gateways.WaitForLineAsync(IsListening);

        Assert.Equal(1, await gateways.WaitForExitAsync());
        while (systemd.Available > 0)
        {
            Assert.NotEqual("READY=1", await ReceiveAsync(systemd));
        }
    }

    private Socket Listen()
    {
        var systemd = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        systemd.Bind(new UnixDomainSocketEndPoint(Notify));
        return systemd;
    }

    private ChildProcess Serve(params string[] options)
    {
        // The runtime knows by the name of its parent that it runs under systemd: here a shell, which passes SIGTERM on.
        string parent = File.CreateSymbolicLink(Path.Combine(_folder.FullName, "systemd"), "/bin/sh").FullName;
        const string Script = """dotnet "$@" & gateway=$!; trap 'kill -TERM $gateway' TERM; wait $gateway; wait $gateway""";
        return ChildProcess.Start(
            parent, ["-c", Script, "sh", s_program, "serve", .. options], _folder.FullName,
            new Dictionary<string, string?> { ["NOTIFY_SOCKET"] = Notify });
    }

    private async Task<string> WriteAsync(string name, string address = "127.0.0.1:0")
    {
        string file = Path.Combine(_folder.FullName, $"{name}.json");
        await File.WriteAllTextAsync(file, $$"""
            {
              "SnetGateway": { "Listeners": { "Public": { "Address": "{{address}}" }, "Admin": { "Address": "127.0.0.1:0" } } },
              "ReverseProxy": {
                "Routes": { "a": { "ClusterId": "a", "Match": { "Path": "/{**method}" }, "Metadata": { "Payment": "none" } } },
                "Clusters": { "a": { "Destinations": { "one": { "Address": "http://127.0.0.1:1" } } } }
              }
            }
            """);
        return file;
    }

    private static bool IsListening(string line) => line.Contains("for consumers", StringComparison.Ordinal);

    private static async Task<string> ReceiveAsync(Socket socket)
    {
        byte[] buffer = new byte[256];
        int count = await socket.ReceiveAsync(buffer).WithTimeout();
        return Encoding.UTF8.GetString(buffer, 0, count);
    }
}
