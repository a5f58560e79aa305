using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using SnetGateway.Gateway.Catalog;
using SnetGateway.Gateway.Cli;
using SnetGateway.Gateway.Configuration;
using SnetGateway.Gateway.Hosting;
using SnetGateway.ProtoJson;
using Xunit;

namespace SnetGateway.Tests.Gateway.Configuration;

public sealed class ConfigurationReloadTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snet-reload-");
    private readonly List<string> _lines = [];

    private string File => Path.Combine(_folder.FullName, "appsettings.json");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Reload_ChangedFile_GoesLiveAsAWhole()
    {
        (ConfigurationReload reload, LiveSnapshot live, IConfigurationRoot host) = await StartAsync();
        GatewaySnapshot before = live.Current;

        Write(InitCommand.Template.Replace("\"Cogs\": 1000", "\"Cogs\": 2000", StringComparison.Ordinal));
        await reload.ReadFileAsync();
        Assert.Same(before, live.Current); // seen once: it may still grow
        await reload.ReadFileAsync();

        Assert.True(before.ChangeToken.HasChanged);
        Assert.Equal("2000", (await live.Catalog.Find("example")!.Prices.PriceOfAsync("/any", default, default)).Cogs.ToString());
        Assert.Equal("2000", host["SnetGateway:Services:example:Price:Cogs"]);
        Assert.Contains(
            _lines, l => l.EndsWith("Changed: SnetGateway:Services:example:Price:Cogs 1000 -> 2000.", StringComparison.Ordinal));

        GatewaySnapshot after = live.Current;
        await reload.ReadFileAsync();
        Assert.Same(after, live.Current);
    }

    [Theory]
    [InlineData("\"Cogs\": 1000", "\"Cogs\": -1", "Price:Cogs")]
    [InlineData("\"ClusterId\": \"example\"", "\"ClusterId\": \"other\"", "ClusterId")]
    [InlineData("\"Groups\": {", "\"Groups\": ", "not valid JSON")]
    public async Task Reload_FileWithAnError_IsRefusedAsAWhole(string right, string wrong, string words)
    {
        (ConfigurationReload reload, LiveSnapshot live, IConfigurationRoot host) = await StartAsync();
        GatewaySnapshot before = live.Current;

        Write(InitCommand.Template.Replace(right, wrong, StringComparison.Ordinal));
        await ReadTwiceAsync(reload);

        Assert.Same(before, live.Current);
        Assert.False(before.ChangeToken.HasChanged);
        Assert.Equal("1000", host["SnetGateway:Services:example:Price:Cogs"]);
        Assert.Contains(_lines, l => l.StartsWith("Error", StringComparison.Ordinal)
            && l.Contains("stays in force", StringComparison.Ordinal)
            && l.Contains(words, StringComparison.Ordinal));

        // Mended: taken again, though it is the content that is in force.
        Write(InitCommand.Template.Replace("1000", "3000", StringComparison.Ordinal));
        await ReadTwiceAsync(reload);
        Assert.NotSame(before, live.Current);
    }

    [Fact]
    public async Task Reload_FileGone_KeepsThePreviousConfiguration()
    {
        (ConfigurationReload reload, LiveSnapshot live, _) = await StartAsync();
        GatewaySnapshot before = live.Current;

        System.IO.File.Delete(File);
        await ReadTwiceAsync(reload);

        Assert.Same(before, live.Current);
        Assert.Contains(_lines, l => l.Contains("no such file", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Reload_WhatNeedsARestart_KeepsItsValueAndIsNamedWithoutIt()
    {
        (ConfigurationReload reload, _, IConfigurationRoot host) = await StartAsync();

        Write(InitCommand.Template.Replace("http://127.0.0.1:8545", "http://127.0.0.1:8545/secret", StringComparison.Ordinal));
        await ReadTwiceAsync(reload);

        string line = Assert.Single(_lines, l => l.StartsWith("Warning", StringComparison.Ordinal));
        Assert.Contains("SnetGateway:Chain:Endpoints:0", line, StringComparison.Ordinal);
        Assert.Equal("http://127.0.0.1:8545", host["SnetGateway:Chain:Endpoints:0"]);
        Assert.DoesNotContain(_lines, l => l.Contains("secret", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("data/other.db", true)]
    [InlineData("./data/ledger.db", false)]
    public async Task Reload_OtherLedger_SaysWhatItMeans(string path, bool isOther)
    {
        (ConfigurationReload reload, _, _) = await StartAsync();

        Write(InitCommand.Template.Replace(
            "\"SnetGateway\": {", $"\"SnetGateway\": {{ \"Ledger\": {{ \"Path\": \"{path}\" }},", StringComparison.Ordinal));
        await ReadTwiceAsync(reload);

        Assert.Contains(_lines, l => l.Contains("take effect only after a restart: SnetGateway:Ledger:Path", StringComparison.Ordinal));
        Assert.Equal(isOther, _lines.Exists(l => l.Contains("run `snet-gateway ledger copy` before", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Reload_ChainId_LeavesTheHeartbeatsOfTheRunningChain()
    {
        (ConfigurationReload reload, LiveSnapshot live, _) = await StartAsync();
        string before = Assert.Single(live.Current.Heartbeats.All).DaemonId;

        Write(InitCommand.Template.Replace("\"ChainId\": 1,", "\"ChainId\": 11155111,", StringComparison.Ordinal));
        await ReadTwiceAsync(reload);

        Assert.Contains(_lines, l => l.Contains("take effect only after a restart: SnetGateway:Chain:ChainId", StringComparison.Ordinal));
        Assert.Equal(before, Assert.Single(live.Current.Heartbeats.All).DaemonId);
    }

    [Fact]
    public async Task Reload_ChangedProtoFile_GoesLive_AlsoAfterOneThatDoesNotCompile()
    {
        string protos = _folder.CreateSubdirectory("protos").FullName;
        string proto = Path.Combine(protos, "s.proto");
        await System.IO.File.WriteAllTextAsync(proto, ProtoWith("Before"));
        (ConfigurationReload reload, LiveSnapshot live, _) = await StartAsync(content: InitCommand.Template.Replace(
            "\"SnetGateway\": {",
            $$"""
            "SnetGateway": { "Backends": { "Clusters": { "example": { "Descriptors": { "ProtoFolder": "{{protos}}" } } } },
            """,
            StringComparison.Ordinal));
        Assert.NotNull(Find("Before"));
        GatewaySnapshot before = live.Current;
        await ReadTwiceAsync(reload);
        Assert.Same(before, live.Current);

        await System.IO.File.WriteAllTextAsync(proto, "massage M {}");
        await ReadTwiceAsync(reload);
        await ReadTwiceAsync(reload);
        Assert.Same(before, live.Current);
        Assert.Contains("s.proto:1", Assert.Single(_lines, l => l.StartsWith("Error", StringComparison.Ordinal)), StringComparison.Ordinal);

        await System.IO.File.WriteAllTextAsync(proto, ProtoWith("After"));
        await ReadTwiceAsync(reload);
        Assert.NotNull(Find("After"));
        Assert.Null(Find("Before"));

        await System.IO.File.WriteAllTextAsync(
            Path.Combine(protos, "t.proto"), ProtoWith("Another").Replace("package p", "package q", StringComparison.Ordinal));
        await ReadTwiceAsync(reload);
        Assert.NotNull(live.Current.Backends.Find("example")!.Descriptors!.Known!.FindMethod("/q.S/Another"));

        ProtoMethod? Find(string method) => live.Current.Backends.Find("example")!.Descriptors!.Known!.FindMethod($"/p.S/{method}");

        static string ProtoWith(string method) =>
            $$"""syntax = "proto3"; package p; service S { rpc {{method}}(In) returns (In); } message In { string text = 1; }""";
    }

    [Fact]
    public async Task Run_ReadsEachSecond()
    {
        var time = new FakeTimeProvider();
        (ConfigurationReload reload, LiveSnapshot live, _) = await StartAsync(time);
        GatewaySnapshot before = live.Current;
        using var stop = new CancellationTokenSource();
        await reload.StartAsync(stop.Token);
        Write(InitCommand.Template.Replace("\"Cogs\": 1000", "\"Cogs\": 2000", StringComparison.Ordinal));

        var changed = new TaskCompletionSource();
        before.ChangeToken.RegisterChangeCallback(_ => changed.TrySetResult(), null);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!changed.Task.IsCompleted)
        {
            limit.Token.ThrowIfCancellationRequested();
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await reload.StopAsync(default).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.NotSame(before, live.Current);
    }

    private static async Task ReadTwiceAsync(ConfigurationReload reload)
    {
        await reload.ReadFileAsync();
        await reload.ReadFileAsync();
    }

    private void Write(string content) => System.IO.File.WriteAllText(File, content);

    private async Task<(ConfigurationReload Reload, LiveSnapshot Live, IConfigurationRoot Host)> StartAsync(
        TimeProvider? time = null, string? content = null)
    {
        Write(content ?? InitCommand.Template);
        var loader = new ConfigurationLoader(new ConfigurationSources(File, []));
        ConfigurationResult first = await loader.LoadAsync();
        Assert.Empty(first.Errors);
        var accepted = new AcceptedConfiguration(first.Values);
        IConfigurationRoot host = new ConfigurationBuilder().Add(accepted).Build();
        var live = new LiveSnapshot(first.Snapshot!);
        var reload = new ConfigurationReload(
            loader, first, accepted, live, new CommonTimer(time ?? TimeProvider.System), new ListLogger(_lines));
        return (reload, live, host);
    }

    private sealed class ListLogger(List<string> lines) : ILogger<ConfigurationReload>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Add($"{logLevel}: {formatter(state, exception)}");
    }
}
