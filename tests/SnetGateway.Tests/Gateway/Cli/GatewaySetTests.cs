using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SnetGateway.Gateway;
using SnetGateway.Gateway.Cli;
using SnetGateway.Gateway.Configuration;
using SnetGateway.Gateway.Hosting;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Gateway.Cli;

/// <summary>Several gateways in one process: what their configurations must not have in common, and that they run together.</summary>
public sealed class GatewaySetTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snet-set-");
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();
    private readonly List<(IHostApplicationLifetime Lifetime, GatewayRole Role)> _built = [];
    private Action<IHostApplicationLifetime>? _whenFirstHasStarted;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task CheckConfig_TwoFiles_ReportsEach()
    {
        string one = Write("one", _ => { }), two = Write("two", Separate);

        Assert.Equal(0, await CheckAsync("--config", one, "--with", two));

        string output = _output.ToString();
        Assert.Contains($"{one}: The configuration is valid", output, StringComparison.Ordinal);
        Assert.Contains($"{two}: The configuration is valid", output, StringComparison.Ordinal);
        Assert.Contains($"warning: {two}: SnetGateway:Groups:default:GroupId", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task CheckConfig_TwoFilesOfOnePlace_NamesEachKey()
    {
        string one = Write("one", UseEverything), two = Write("two", section =>
        {
            UseEverything(section);
            section["Listeners"]!["Public"]!["Address"] = "127.0.0.1:7000";
        });

        Assert.Equal(2, await CheckAsync("--config", one, "--with", two));

        string[] lines = _error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal($"error: 5 errors in the configuration ({two}):", lines[0]);
        Assert.Equal(
        [
            $"  SnetGateway:Listeners:Public:Address: a listener of {one} has this port too. Give each listener its own port.",
            $"  SnetGateway:Listeners:Admin:Address: a listener of {one} has this port too. Give each listener its own port.",
            $"  SnetGateway:Listeners:Public:ChallengeAddress: a listener of {one} has this port too. Give each listener its own port.",
            $"  SnetGateway:Ledger:Path: {one} has this path too. Give each gateway its own.",
            $"  SnetGateway:Acme:Folder: {one} has this path too. Give each gateway its own.",
        ], lines[1..]);
    }

    [Fact]
    public async Task CheckConfig_OneGroupWithTwoLedgers_IsRefused()
    {
        string one = Write("one", _ => { }), two = Write("two", section =>
        {
            Separate(section);
            section["Chain"]!["EscrowAddress"] = "0xdf8d4826e016afa8803d94a716feb70ad5d2b8ac"; // the same in another spelling
        });

        Assert.Equal(2, await CheckAsync("--config", one, "--with", two));

        Assert.Contains(
            $"SnetGateway:Ledger: {one} serves a group of the same escrow contract", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task CheckConfig_ErrorsInBothFiles_AreAllReported_AndOptionsAreOfTheFirst()
    {
        string one = Write("one", _ => { }), two = Write("two", section => section["Services"]!["translate"]!["Price"]!["Cogs"] = -7);

        Assert.Equal(2, await CheckAsync("--config", one, "--with", two, "--SnetGateway:Services:translate:Price:Cogs=-5"));

        string errors = _error.ToString();
        Assert.Contains($"1 error in the configuration ({one}, environment, command line)", errors, StringComparison.Ordinal);
        Assert.Contains("'-5' is not an amount", errors, StringComparison.Ordinal);
        Assert.Contains($"1 error in the configuration ({two}):", errors, StringComparison.Ordinal);
        Assert.Contains("'-7' is not an amount", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CheckConfig_SecondFileThatIsNotThere_SaysSo()
    {
        Assert.Equal(2, await CheckAsync("--config", Write("one", _ => { }), "--with", "nowhere.json"));
        Assert.Contains("nowhere.json: there is no such file", _error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/etc/fet.json", "/etc/agix.json", "fet", "agix")]
    [InlineData("/etc/fet/appsettings.json", "/etc/agix/appsettings.json", "/etc/fet/appsettings.json", "/etc/agix/appsettings.json")]
    public void Names_AreShortAndDifferent(string one, string other, params string[] expected) =>
        Assert.Equal(expected, GatewaySet.NamesOf([one, other]));

    [Fact]
    public async Task OneGateway_HasNoName_AndReportsItsStart()
    {
        await RunAsync(["one.json"], stops: 0);

        Assert.Equal([((string?)null, true)], _built.Select(one => (one.Role.Name, one.Role.StartsLast)));
    }

    [Fact]
    public async Task OneOfThreeStops_AllStop()
    {
        await RunAsync(["one.json", "two.json", "three.json"], stops: 1);

        Assert.Equal(
            [((string?)"one", false), ("two", false), ("three", true)], _built.Select(one => (one.Role.Name, one.Role.StartsLast)));
        Assert.All(_built, one => Assert.True(one.Lifetime.ApplicationStopped.IsCancellationRequested));
    }

    [Fact]
    public async Task OneIsStoppedBeforeAllHaveStarted_TheOthersDoNotStart()
    {
        await using var set = new GatewaySet(BuildSmall);
        Task running = set.RunAsync(Configurations(["one.json", "two.json"], first => first.StopApplication()), CancellationToken.None);
        await running.WaitAsync(TimeSpan.FromSeconds(60));

        Assert.False(_built[1].Lifetime.ApplicationStarted.IsCancellationRequested);
    }

    private async Task RunAsync(string[] files, int stops)
    {
        await using var set = new GatewaySet(BuildSmall);
        Task running = set.RunAsync(Configurations(files), CancellationToken.None);
        foreach ((IHostApplicationLifetime lifetime, _) in _built)
        {
            var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using CancellationTokenRegistration registration = lifetime.ApplicationStarted.Register(started.SetResult);
            await started.Task.WaitAsync(TimeSpan.FromSeconds(60));
        }

        _built[stops].Lifetime.StopApplication();
        await running.WaitAsync(TimeSpan.FromSeconds(60));
    }

    private LoadedConfiguration[] Configurations(string[] files, Action<IHostApplicationLifetime>? whenFirstHasStarted = null)
    {
        _whenFirstHasStarted = whenFirstHasStarted;
        return [.. files.Select(file => new LoadedConfiguration(
            new ConfigurationLoader(ConfigurationSources.OfFile(file)),
            new ConfigurationResult(new GatewayOptions(), null, new Dictionary<string, string?>(), [])))];
    }

    /// <summary>A host in place of a gateway.</summary>
    private WebApplication BuildSmall(ConfigurationLoader loader, ConfigurationResult result, GatewayRole? role)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        WebApplication app = builder.Build();
        if (_built.Count == 0 && _whenFirstHasStarted is { } act)
        {
            app.Lifetime.ApplicationStarted.Register(() => act(app.Lifetime));
        }

        _built.Add((app.Lifetime, role!));
        return app;
    }

    private async Task<int> CheckAsync(params string[] args) =>
        await new CommandLine(new Terminal(TextReader.Null, _output, _error), GatewayApp.Build)
            .RunAsync(["check-config", .. args], CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(60));

    /// <summary>The sample with a change of its section.</summary>
    private string Write(string name, Action<JsonNode> change)
    {
        var options = new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip };
        JsonNode sample = JsonNode.Parse(RepositoryFiles.Read("appsettings/minimal.json"), null, options)!;
        change(sample["SnetGateway"]!);
        string file = Path.Combine(_folder.FullName, $"{name}.json");
        File.WriteAllText(file, sample.ToJsonString());
        return file;
    }

    /// <summary>The other escrow contract, with listeners and a ledger of its own.</summary>
    private void Separate(JsonNode section)
    {
        section["Chain"]!["EscrowAddress"] = "0x5e592F9b1d303183d963635f895f0f0C48284f4e";
        section["Ledger"] = new JsonObject { ["Path"] = Path.Combine(_folder.FullName, "agix", "ledger.db") };
        section["Listeners"] = new JsonObject
        {
            ["Public"] = new JsonObject { ["Address"] = "0.0.0.0:7010" }, ["Admin"] = new JsonObject { ["Address"] = "127.0.0.1:7011" },
        };
    }

    /// <summary>All that a gateway has for itself, as another one has it too.</summary>
    private void UseEverything(JsonNode section)
    {
        section["Listeners"] = new JsonObject
        {
            ["Public"] = new JsonObject
            {
                ["Address"] = "0.0.0.0:7000", ["Domains"] = new JsonArray("gateway.example.org"), ["ChallengeAddress"] = "0.0.0.0:7080",
            },
        };
        section["Acme"] = new JsonObject { ["AgreeToTerms"] = true, ["Folder"] = Path.Combine(_folder.FullName, "acme") };
        section["Ledger"] = new JsonObject { ["Path"] = Path.Combine(_folder.FullName, "ledger.db") };
    }
}
