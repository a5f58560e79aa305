using System.Net;
using System.Net.Sockets;
using SnetGateway.TestKit.Market;
using SnetGateway.TestKit.Processes;
using Xunit;

namespace SnetGateway.FunctionalTests.Cli;

/// <summary>`serve --with` as a process: all gateways run, or none.</summary>
[Trait("Needs", "time")]
public sealed class SeveralGatewayTests : IDisposable
{
    private const string Listens = "for consumers";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snet-several-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Serve_ToldToStop_StopsAll_AndEachLineNamesItsGateway()
    {
        await using ChildProcess gateways = Serve(await WriteFreeAsync("one"), await WriteFreeAsync("two"));
        Assert.Contains(" INF one ", await gateways.WaitForLineAsync(IsListening), StringComparison.Ordinal);
        Assert.Contains(" INF two ", await gateways.WaitForLineAsync(IsListening), StringComparison.Ordinal);

        Assert.True(await gateways.TerminateAsync() == 0, gateways.RecentOutput);
    }

    [Fact]
    public async Task Serve_ChangedFile_IsTakenByItsGatewayOnly()
    {
        string two = await WriteFreeAsync("two");
        await using ChildProcess gateways = Serve(await WriteFreeAsync("one"), two);
        await gateways.WaitForLineAsync(IsListening);
        await gateways.WaitForLineAsync(IsListening);

        string changed = (await File.ReadAllTextAsync(two)).Replace("127.0.0.1:1\"", "127.0.0.1:2\"", StringComparison.Ordinal);
        await File.WriteAllTextAsync(two, changed);
        string line = await gateways.WaitForLineAsync(line => line.Contains("is in force", StringComparison.Ordinal));

        Assert.Contains(" INF two ", line, StringComparison.Ordinal);
        Assert.True(await gateways.TerminateAsync() == 0, gateways.RecentOutput);
        Assert.DoesNotContain("one.json is in force", gateways.RecentOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serve_PortOfTheSecondInUse_StopsTheFirst_AndEndsInOneLine()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        string two = await WriteFreeAsync("two", $"{taken.LocalEndpoint}");
        await using ChildProcess gateways = Serve(await WriteFreeAsync("one"), two);

        Assert.Equal(1, await gateways.WaitForExitAsync());
        Assert.Contains($"{two}: ", ErrorOf(gateways), StringComparison.Ordinal);
        Assert.Contains("address already in use", ErrorOf(gateways), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serve_ErrorsInTheSecondFile_StartsNothing()
    {
        string two = await WriteFreeAsync("two", "127.0.0.1");
        await using ChildProcess gateways = Serve(await WriteFreeAsync("one"), two);

        Assert.Equal(2, await gateways.WaitForExitAsync());
        Assert.Contains($"1 error in the configuration ({two})", ErrorOf(gateways), StringComparison.Ordinal);
        Assert.DoesNotContain(Listens, gateways.RecentOutput, StringComparison.Ordinal);
    }

    /// <summary>By another name of the folder, which the comparison of the configurations does not see.</summary>
    [Fact]
    public async Task Serve_LedgerOfTheFirst_IsNotOpenedByTheSecond()
    {
        string data = _folder.CreateSubdirectory("data").FullName;
        File.CreateSymbolicLink(Path.Combine(_folder.FullName, "other"), data);
        string two = await WritePaidAsync("two", Path.Combine(_folder.FullName, "other", "ledger.db"), 'b');
        await using ChildProcess gateways = Serve(await WritePaidAsync("one", Path.Combine(data, "ledger.db"), 'a'), two);

        Assert.Equal(2, await gateways.WaitForExitAsync());
        Assert.Contains($"{two}: The ledger ", ErrorOf(gateways), StringComparison.Ordinal);
    }

    /// <summary>The one line that says why it ended.</summary>
    private static string ErrorOf(ChildProcess gateways)
    {
        Assert.DoesNotContain("   at ", gateways.RecentOutput, StringComparison.Ordinal);
        return Assert.Single(
            gateways.RecentOutput.Split('\n'), line => line.StartsWith("error: ", StringComparison.Ordinal)
                || line.Contains(" ERR ", StringComparison.Ordinal) || line.Contains(" FTL ", StringComparison.Ordinal));
    }

    private static bool IsListening(string line) => line.Contains(Listens, StringComparison.Ordinal);

    private ChildProcess Serve(string one, string two) =>
        ChildProcess.Start(GatewayProcess.Program, ["serve", "--config", one, "--with", two], _folder.FullName);

    /// <summary>A gateway without payments.</summary>
    private Task<string> WriteFreeAsync(string name, string address = "127.0.0.1:0") => WriteFileAsync(name, $$"""
        {
          "SnetGateway": { "Listeners": { "Public": { "Address": "{{address}}" }, "Admin": { "Address": "127.0.0.1:0" } } },
          "ReverseProxy": {
            "Routes": { "a": { "ClusterId": "a", "Match": { "Path": "/{**method}" }, "Metadata": { "Payment": "none" } } },
            "Clusters": { "a": { "Destinations": { "one": { "Address": "http://127.0.0.1:1" } } } }
          }
        }
        """);

    /// <summary>A gateway with a ledger; its chain is down, for which it waits.</summary>
    private Task<string> WritePaidAsync(string name, string ledger, char contract) => WriteFileAsync(name, $$"""
        {
          "SnetGateway": {
            "Listeners": { "Public": { "Address": "127.0.0.1:0" }, "Admin": { "Address": "127.0.0.1:0" } },
            "Chain": { "Endpoints": ["http://127.0.0.1:1"], "ChainId": 31337, "EscrowAddress": "0x{{new string(contract, 40)}}" },
            "Ledger": { "Path": "{{ledger}}" },
            "Groups": {
              "default": {
                "OrganizationId": "my-org", "GroupId": "aGVyZSBzdGFuZCAzMiBieXRlcyBvZiBncm91cCBpZCE=",
                "PaymentAddress": "0x1111111111111111111111111111111111111111"
              }
            },
            "Services": { "echo": { "Group": "default", "ServiceId": "echo", "Price": { "Cogs": 1 } } }
          },
          "ReverseProxy": {
            "Routes": { "a": { "ClusterId": "a", "Match": { "Path": "/{**method}" }, "Metadata": { "Service": "echo" } } },
            "Clusters": { "a": { "Destinations": { "one": { "Address": "http://127.0.0.1:1" } } } }
          }
        }
        """);

    private async Task<string> WriteFileAsync(string name, string text)
    {
        string file = Path.Combine(_folder.FullName, $"{name}.json");
        await File.WriteAllTextAsync(file, text);
        return file;
    }
}
