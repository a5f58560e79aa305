using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using SnetGateway.TestKit.Market;
using SnetGateway.TestKit.Processes;
using Xunit;

namespace SnetGateway.FunctionalTests.Cli;

/// <summary>`serve` as a process: how it starts, takes a changed file, and ends.</summary>
[Trait("Needs", "time")]
public sealed class ServeCommandTests : IDisposable
{
    private static readonly Regex s_address = new(@"127\.0\.0\.1:\d+");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snet-serve-");

    private string File => Path.Combine(_folder.FullName, "appsettings.json");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Serve_ToldToStop_ExitsWith0()
    {
        await InitAsync();
        await using ChildProcess gateway = Serve();
        await gateway.WaitForLineAsync(line => line.Contains("for consumers", StringComparison.Ordinal));

        Assert.True(await gateway.TerminateAsync() == 0, gateway.RecentOutput);
    }

    /// <summary>It lays out tables and progress, of which a gateway writes none: it would only cost time and memory.</summary>
    [Fact]
    public async Task Serve_DoesNotLoadThePackageOfTheTerminal()
    {
        await InitAsync();
        await using ChildProcess gateway = Serve();
        await gateway.WaitForLineAsync(line => line.Contains("for consumers", StringComparison.Ordinal));

        string loaded = await System.IO.File.ReadAllTextAsync($"/proc/{gateway.Pid}/maps");
        Assert.Contains("System.CommandLine.dll", loaded, StringComparison.Ordinal);
        Assert.DoesNotContain("Spectre.Console", loaded, StringComparison.Ordinal);
    }

    /// <summary>What a gateway keeps stands in its configuration. ASP.NET's ring of keys would come with the forwarder's cookies.</summary>
    [Fact]
    public async Task Serve_LeavesNothingInTheHomeDirectory()
    {
        await InitAsync();
        string home = _folder.CreateSubdirectory("home").FullName;
        await using ChildProcess gateway = Serve([], new() { ["HOME"] = home });
        await gateway.WaitForLineAsync(line => line.Contains("for consumers", StringComparison.Ordinal));

        Assert.Empty(Directory.EnumerateFileSystemEntries(home));
    }

    /// <summary>
    /// The platform's host would read an appsettings.json of the working folder, and watch all that lies below it: an event for each write
    /// of a ledger there.
    /// </summary>
    [Fact]
    public async Task Serve_ReadsAndWatchesNoFileThatItWasNotTold()
    {
        await InitAsync();
        string other = Path.Combine(_folder.FullName, "gateway.json");
        System.IO.File.Move(File, other);
        await System.IO.File.WriteAllTextAsync(File, "{");
        await using ChildProcess gateway = Serve(file: other);
        await gateway.WaitForLineAsync(line => line.Contains("for consumers", StringComparison.Ordinal));

        IEnumerable<string?> open = Directory.EnumerateFiles($"/proc/{gateway.Pid}/fd").Select(file => new FileInfo(file).LinkTarget);
        Assert.DoesNotContain(open, target => target?.Contains("inotify", StringComparison.Ordinal) == true);
    }

    /// <summary>Variables of ASP.NET's host; images of .NET set the first one.</summary>
    [Fact]
    public async Task Serve_ListensWhereItsOwnSectionSays_WhateverTheHostsVariablesSay()
    {
        await InitAsync();
        await using ChildProcess gateway = Serve(
            [], new()
            {
                ["ASPNETCORE_HTTP_PORTS"] = "8080",
                ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
                ["ASPNETCORE_PREFERHOSTINGURLS"] = "true",
            });
        string line = await gateway.WaitForLineAsync(line => line.Contains("for consumers", StringComparison.Ordinal));

        // A listener that was not opened has no port.
        Assert.Matches(@"Listening on 127\.0\.0\.1:[1-9]\d* for consumers and on 127\.0\.0\.1:[1-9]\d* for", line);
    }

    [Fact]
    public async Task Serve_RefusedCall_LogsNoLineOfThePlatform()
    {
        await InitAsync();
        await using ChildProcess gateway = Serve();
        string line = await gateway.WaitForLineAsync(line => line.Contains("for consumers", StringComparison.Ordinal));
        using var client = new HttpClient();
        using var call = new HttpRequestMessage(HttpMethod.Post, $"http://{s_address.Match(line).Value}/example.Service/method")
        {
            Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = new ByteArrayContent([]),
        };
        call.Content.Headers.ContentType = new("application/grpc");
        using HttpResponseMessage answer = await client.SendAsync(call);

        Assert.True(answer.Headers.Contains("grpc-status"), $"{answer}");
        Assert.Equal(0, await gateway.TerminateAsync());
        Assert.DoesNotContain(" INF Microsoft.", gateway.RecentOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serve_ChangedFile_IsTakenOrRefusedWhileItRuns()
    {
        await InitAsync();
        await using ChildProcess gateway = Serve();
        await gateway.WaitForLineAsync(line => line.Contains("for consumers", StringComparison.Ordinal));

        await ChangeAsync("\"Cogs\": 1000", "\"Cogs\": 2000");
        await gateway.WaitForLineAsync(line => line.Contains("is in force", StringComparison.Ordinal));
        await ChangeAsync("\"Cogs\": 2000", "\"Cogs\": -1");
        await gateway.WaitForLineAsync(line => line.Contains("the previous configuration stays in force", StringComparison.Ordinal));
        await gateway.WaitForLineAsync(line => line.Contains("SnetGateway:Services:example:Price:Cogs: '-1'", StringComparison.Ordinal));

        Assert.False(gateway.HasExited);
    }

    [Fact]
    public async Task Serve_WithMistakes_ExitsWith2AndNamesThem()
    {
        await InitAsync();
        await using ChildProcess gateway = Serve(
        [
            "--SnetGateway:Services:example:Price:Cogs=-1", "--ReverseProxy:Rotes:x:ClusterId=example",
            "--Kestrel:Endpoints:third:Url=http://127.0.0.1:0",
            "--Logging:LogLevel:Default=Loud",
        ]);

        Assert.Equal(2, await gateway.WaitForExitAsync());
        Assert.Contains("4 errors", gateway.RecentOutput, StringComparison.Ordinal);
        Assert.Contains("SnetGateway:Services:example:Price:Cogs", gateway.RecentOutput, StringComparison.Ordinal);
        Assert.Contains("ReverseProxy:Rotes: unknown key. Write 'Routes'", gateway.RecentOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serve_PortInUse_EndsInOneLine()
    {
        await InitAsync();
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        await using ChildProcess gateway = Serve(
            [$"--SnetGateway:Listeners:Public:Address={taken.LocalEndpoint}", "--SnetGateway:Limits:DrainDelay=00:01:00"]);

        await EndsInOneLineAsync(gateway, $"{taken.LocalEndpoint}: address already in use");
    }

    [Fact]
    public async Task Serve_AddressOfAnotherMachine_EndsInOneLine()
    {
        await InitAsync();
        await using ChildProcess gateway = Serve(["--SnetGateway:Listeners:Public:Address=192.0.2.1:7000"]);

        await EndsInOneLineAsync(gateway, "SnetGateway:Listeners: Cannot assign requested address");
    }

    [Theory]
    [InlineData("etcd", "Etcd:Endpoints:0=http://127.0.0.1:1", "127.0.0.1:1: Connection refused")]
    [InlineData("redis", "Redis:Endpoint=127.0.0.1:1", "127.0.0.1:1")]
    public async Task Serve_StoreIsDown_EndsInOneLine(string store, string endpoint, string expected)
    {
        await InitAsync();
        await using ChildProcess gateway = Serve(
        [
            $"--SnetGateway:Ledger:Store={store}", $"--SnetGateway:Ledger:{endpoint}",
            $"--SnetGateway:Ledger:Journal:Path={Path.Combine(_folder.FullName, "journal")}",
        ]);

        await EndsInOneLineAsync(gateway, expected);
    }

    /// <summary>The chain is not needed for startup: the gateway waits for it.</summary>
    [Fact]
    public async Task Serve_ChainIsDown_IsLoggedWithoutATrace()
    {
        await InitAsync();
        await using ChildProcess gateway = Serve(["--SnetGateway:Chain:Endpoints:0=http://127.0.0.1:1"]);
        await gateway.WaitForLineAsync(line => line.Contains("[4011]", StringComparison.Ordinal));

        Assert.Equal(0, await gateway.TerminateAsync());
        Assert.DoesNotContain("Exception", gateway.RecentOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serve_ProbedInstanceIsDown_IsOneLine()
    {
        await InitAsync();
        using var instance = new TcpListener(IPAddress.Loopback, 0);
        instance.Start();
        await using ChildProcess gateway = Serve(
        [
            "--ReverseProxy:Clusters:example:HealthCheck:Active:Enabled=true",
            "--ReverseProxy:Clusters:example:HealthCheck:Active:Interval=00:00:00.05",
            $"--ReverseProxy:Clusters:example:Destinations:one:Address=http://{instance.LocalEndpoint}",
        ]);
        for (int probe = 0; probe < 10; probe++)
        {
            (await instance.AcceptTcpClientAsync().WaitAsync(ChildProcess.Patience)).Dispose();
        }

        await gateway.WaitForLineAsync(line => line.Contains("is set to 'Unhealthy'", StringComparison.Ordinal));

        Assert.Equal(0, await gateway.TerminateAsync());
        Assert.DoesNotContain("Exception", gateway.RecentOutput, StringComparison.Ordinal);
        Assert.DoesNotContain("Probing destination", gateway.RecentOutput, StringComparison.Ordinal);
    }

    private static async Task EndsInOneLineAsync(ChildProcess gateway, string expected)
    {
        Assert.Equal(1, await gateway.WaitForExitAsync());
        Assert.DoesNotContain("Exception", gateway.RecentOutput, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", gateway.RecentOutput, StringComparison.Ordinal);
        string error = Assert.Single(
            gateway.RecentOutput.Split('\n'), line => line.StartsWith("error: ", StringComparison.Ordinal) || line.Contains(" ERR ")
                || line.Contains(" FTL "));
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    private async Task InitAsync()
    {
        await using var init = ChildProcess.Start(GatewayProcess.Program, ["init", "--output", File]);
        Assert.Equal(0, await init.WaitForExitAsync());
    }

    private ChildProcess Serve(
        string[]? more = null, Dictionary<string, string?>? environment = null, string? file = null) => ChildProcess.Start(
        GatewayProcess.Program,
        [
            "serve",
            "--config",
            file ?? File,
            "--SnetGateway:Listeners:Public:Address=127.0.0.1:0",
            "--SnetGateway:Listeners:Admin:Address=127.0.0.1:0",
            $"--SnetGateway:Ledger:Path={Path.Combine(_folder.FullName, "ledger.db")}",
            .. more ?? [],
        ],
        _folder.FullName,
        environment);

    private async Task ChangeAsync(string from, string to) =>
        await System.IO.File.WriteAllTextAsync(
            File, (await System.IO.File.ReadAllTextAsync(File)).Replace(from, to, StringComparison.Ordinal));
}
