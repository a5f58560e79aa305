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

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Gateway_SaysThatItHasStarted_AndThatItStops()
    {
        string file = Path.Combine(_folder.FullName, "appsettings.json"), path = Path.Combine(_folder.FullName, "notify");
        await File.WriteAllTextAsync(file, """
            {
              "SnetGateway": { "Listeners": { "Public": { "Address": "127.0.0.1:0" }, "Admin": { "Address": "127.0.0.1:0" } } },
              "ReverseProxy": {
                "Routes": { "a": { "ClusterId": "a", "Match": { "Path": "/{**method}" }, "Metadata": { "Payment": "none" } } },
                "Clusters": { "a": { "Destinations": { "one": { "Address": "http://127.0.0.1:1" } } } }
              }
            }
            """);
        using var systemd = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        systemd.Bind(new UnixDomainSocketEndPoint(path));

        // The runtime knows by the name of its parent that it runs under systemd: here a shell, which passes SIGTERM on.
        string parent = File.CreateSymbolicLink(Path.Combine(_folder.FullName, "systemd"), "/bin/sh").FullName;
        const string Script = """dotnet "$@" & gateway=$!; trap 'kill -TERM $gateway' TERM; wait $gateway; wait $gateway""";
        await using var gateway = ChildProcess.Start(
            parent, ["-c", Script, "sh", s_program, "serve", "--config", file], _folder.FullName,
            new Dictionary<string, string?> { ["NOTIFY_SOCKET"] = path });
        await gateway.WaitForLineAsync(line => line.Contains("for consumers", StringComparison.Ordinal));
        Assert.Equal("READY=1", await ReceiveAsync(systemd));

        Assert.Equal(0, await gateway.TerminateAsync());
        Assert.Equal("STOPPING=1", await ReceiveAsync(systemd));
    }

    private static async Task<string> ReceiveAsync(Socket socket)
    {
        byte[] buffer = new byte[256];
        int count = await socket.ReceiveAsync(buffer).WithTimeout();
        return Encoding.UTF8.GetString(buffer, 0, count);
    }
}
