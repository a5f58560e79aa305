using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Processes;
using Xunit;

namespace SnetGateway.FunctionalTests.Cli;

/// <summary>
/// What `dotnet publish` leaves is all that a machine needs: here it runs with an empty package cache and no other compiler.
/// </summary>
[Trait("Needs", "time")]
public sealed class PublishedFolderTests(PublishedFolder published) : IClassFixture<PublishedFolder>, IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snet-published-");

    private string Published => published.Path;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task PublishedFolder_HasTheDashboard()
    {
        int port = FreePort.Find();
        await using ChildProcess gateway = Start(
            "serve", "--SnetGateway:Chain:Endpoints:0=http://127.0.0.1:1", "--SnetGateway:Ledger:Store=memory",
            "--SnetGateway:Listeners:Public:Address=127.0.0.1:0", $"--SnetGateway:Listeners:Admin:Address=127.0.0.1:{port}");
        using var browser = new HttpClient(new SocketsHttpHandler { UseProxy = false })
        {
            BaseAddress = new Uri($"http://127.0.0.1:{port}"),
        };
        string page = "";
        await Eventually.TrueAsync("the page is served", async () =>
        {
            try
            {
                page = await browser.GetStringAsync(new Uri("/dashboard", UriKind.Relative));
                return true;
            }
            catch (HttpRequestException) when (!gateway.HasExited)
            {
                return false; // it does not listen yet
            }
        });
        string[] assets = [.. Regex.Matches(page, "\"(/dashboard/assets/[^\"]+)\"").Select(asset => asset.Groups[1].Value)];
        Assert.Equal(2, assets.Length);
        foreach (string asset in assets)
        {
            string content = await browser.GetStringAsync(new Uri(asset, UriKind.Relative));
            string some = asset.Contains(".css", StringComparison.Ordinal) ? "prefers-color-scheme" : "data-live";
            Assert.Contains(some, content, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task PublishedFolder_CompilesProtoFiles_OfItsOwn()
    {
        UnixFileMode mode = File.GetUnixFileMode(Path.Combine(Published, "protoc", "protoc"));
        Assert.True(mode.HasFlag(UnixFileMode.OtherExecute | UnixFileMode.OtherRead), $"Only some may run protoc: {mode}");

        (int right, string said) = await CheckAsync(RepositoryFiles.PathOf("tests/backends/proto"));
        Assert.True(right == 0, said);

        string broken = _folder.CreateSubdirectory("broken").FullName;
        await File.WriteAllTextAsync(Path.Combine(broken, "one.proto"), "syntax = \"proto3\"; import \"google/protobuf/nothing.proto\";");
        (int wrong, said) = await CheckAsync(broken);
        Assert.Equal(2, wrong);
        Assert.Contains("SnetGateway:Backends:Clusters:translate:Descriptors:ProtoFolder", said, StringComparison.Ordinal);
        Assert.Contains("google/protobuf/nothing.proto", said, StringComparison.Ordinal);
    }

    /// <summary>As the README, the container's file and the campaigns publish it.</summary>
    [Theory]
    [InlineData("UseCurrentRuntimeIdentifier=True")] // --use-current-runtime
    [InlineData("RuntimeIdentifier=linux-arm64")] // --runtime
    public async Task PublishedForAPlatform_IsCompiledAhead(string platform)
    {
        await using var ask = ChildProcess.Start(
            "dotnet",
            [
                "msbuild", Repository.Existing("src/SnetGateway.Gateway", "it is the gateway"),
                "-getProperty:PublishReadyToRun", $"-p:{platform}",
            ]);
        Assert.True(await ask.WaitForExitAsync(TimeSpan.FromMinutes(1)) == 0, ask.RecentOutput);
        Assert.Equal("true", ask.RecentOutput.Trim());
    }

    private async Task<(int ExitCode, string Said)> CheckAsync(string protoFolder)
    {
        await using ChildProcess check = Start(
            "check-config", "--ReverseProxy:Clusters:translate:Metadata:Backend=jsonrpc",
            $"--SnetGateway:Backends:Clusters:translate:Descriptors:ProtoFolder={protoFolder}");
        return (await check.WaitForExitAsync(), check.RecentOutput);
    }

    /// <summary>A command of the published gateway, with the minimal configuration.</summary>
    private ChildProcess Start(string command, params string[] options)
    {
        string empty = _folder.CreateSubdirectory("empty").FullName;
        return ChildProcess.Start(
            Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../../dotnet")), // PATH is empty
            [
                Path.Combine(Published, "snet-gateway.dll"), command, "--config", RepositoryFiles.PathOf("appsettings/minimal.json"),
                .. options,
            ],
            empty,
            Environment(empty));
    }

    /// <summary>Without what other tests put into the environment of this process for a moment.</summary>
    private static Dictionary<string, string?> Environment(string empty)
    {
        Dictionary<string, string?> variables = new() { ["PATH"] = empty, ["HOME"] = empty, ["NUGET_PACKAGES"] = empty };
        foreach (string name in System.Environment.GetEnvironmentVariables().Keys.Cast<string>()
            .Where(name => name.StartsWith("SnetGateway__", StringComparison.OrdinalIgnoreCase)))
        {
            variables[name] = null;
        }

        return variables;
    }
}

/// <summary>The gateway as `dotnet publish` leaves it.</summary>
public sealed class PublishedFolder : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snet-published-");

    public string Path => _folder.FullName;

    public async ValueTask InitializeAsync()
    {
        await using var publish = ChildProcess.Start(
            "dotnet",
            [
                "publish", Repository.Existing("src/SnetGateway.Gateway", "it is the gateway"), "--no-build",
                "-c", Repository.Configuration, "-o", Path, "-v", "q",
            ]);
        Assert.True(await publish.WaitForExitAsync(TimeSpan.FromMinutes(2)) == 0, publish.RecentOutput);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }
}
