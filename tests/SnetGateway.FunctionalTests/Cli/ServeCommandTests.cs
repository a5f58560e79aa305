using SnetGateway.TestKit.Processes;
using Xunit;

namespace SnetGateway.FunctionalTests.Cli;

/// <summary>`serve` as a process: how it starts, takes a changed file, and ends.</summary>
[Trait("Needs", "time")]
public sealed class ServeCommandTests : IDisposable
{
    private static readonly string s_program = Path.Combine(AppContext.BaseDirectory, "snet-gateway.dll");

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

    private async Task InitAsync()
    {
        await using var init = ChildProcess.Start("dotnet", [s_program, "init", "--output", File]);
        Assert.Equal(0, await init.WaitForExitAsync());
    }

    private ChildProcess Serve(string[]? more = null, Dictionary<string, string?>? environment = null) => ChildProcess.Start(
        "dotnet",
        [
            s_program,
            "serve",
            "--config",
            File,
            "--SnetGateway:Listeners:Public:Address=127.0.0.1:0",
            "--SnetGateway:Listeners:Admin:Address=127.0.0.1:0",
            $"--SnetGateway:Ledger:Path={Path.Combine(_folder.FullName, "ledger.db")}",
            .. more ?? [],
        ],
        environment: environment);

    private async Task ChangeAsync(string from, string to) =>
        await System.IO.File.WriteAllTextAsync(
            File, (await System.IO.File.ReadAllTextAsync(File)).Replace(from, to, StringComparison.Ordinal));
}
