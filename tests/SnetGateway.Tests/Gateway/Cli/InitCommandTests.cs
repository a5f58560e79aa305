using Microsoft.Extensions.Configuration;
using SnetGateway.Gateway;
using SnetGateway.Gateway.Cli;
using Xunit;

namespace SnetGateway.Tests.Gateway.Cli;

/// <summary>`init` with options and with questions: `check-config` accepts the file that it writes.</summary>
public sealed class InitCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snet-init-");
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    private string File => Path.Combine(_folder.FullName, "appsettings.json");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task EveryOption_IsInTheFile_WhichIsValid()
    {
        IConfiguration written = await InitAsync(
            null, "--node", "https://node.example.org/key", "--chain-id", "11155111",
            "--escrow", "0x03e7D37A13ed807B2311418095E23fA8Ff9DE380", "--organization", "acme-\"labs\"", "--group-id",
            "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "--payment-address", "0x2222222222222222222222222222222222222222",
            "--service", "summary", "--price", "1000000000000000000", "--instance", "http://10.0.0.5:7010");

        Assert.Equal("https://node.example.org/key", written["SnetGateway:Chain:Endpoints:0"]);
        Assert.Equal("11155111", written["SnetGateway:Chain:ChainId"]);
        Assert.Equal("0x03e7D37A13ed807B2311418095E23fA8Ff9DE380", written["SnetGateway:Chain:EscrowAddress"]);
        Assert.Equal("acme-\"labs\"", written["SnetGateway:Groups:default:OrganizationId"]);
        Assert.Equal("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", written["SnetGateway:Groups:default:GroupId"]);
        Assert.Equal("0x2222222222222222222222222222222222222222", written["SnetGateway:Groups:default:PaymentAddress"]);
        Assert.Equal("summary", written["SnetGateway:Services:example:ServiceId"]);
        Assert.Equal("1000000000000000000", written["SnetGateway:Services:example:Price:Cogs"]);
        Assert.Equal("http://10.0.0.5:7010", written["ReverseProxy:Clusters:example:Destinations:one:Address"]);
        Assert.Contains("Now run", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task EveryQuestion_IsInTheTemplate()
    {
        Assert.All(
            InitQuestion.All, question => Assert.Contains(question.Line(question.Example), InitCommand.Template, StringComparison.Ordinal));
        IConfiguration written = await InitAsync(null); // no terminal: the examples
        Assert.Equal("1000", written["SnetGateway:Services:example:Price:Cogs"]);
        Assert.DoesNotContain("[", _output.ToString(), StringComparison.Ordinal); // asks nothing
    }

    [Fact]
    public async Task PersonAtTheTerminal_IsAskedWhatNoOptionSays_UntilTheAnswerIsValid()
    {
        IConfiguration written = await InitAsync(
            "perhaps\ny\nnode.example.org\nhttp://node.example.org\n\n\nacme\n\n\n5\n\n", "--service", "summary");

        Assert.Equal("http://node.example.org", written["SnetGateway:Chain:Endpoints:0"]);
        Assert.Equal("1", written["SnetGateway:Chain:ChainId"]);
        Assert.Equal("acme", written["SnetGateway:Groups:default:OrganizationId"]);
        Assert.Equal("summary", written["SnetGateway:Services:example:ServiceId"]);
        Assert.Equal("5", written["SnetGateway:Services:example:Price:Cogs"]);
        Assert.Contains("Write yes or no", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("Write an http or https URL", _output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("Id of the service", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("Replace the values marked", _output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("n\nhttp://10.0.0.5:7010\n")]
    [InlineData("http://10.0.0.5:7010\n", "--free")]
    [InlineData(null, "--free", "--instance", "http://10.0.0.5:7010")]
    [InlineData("", "--free", "--defaults", "--instance", "http://10.0.0.5:7010")]
    public async Task WithoutPayments_NeedsNoChain(string? input, params string[] options)
    {
        IConfiguration written = await InitAsync(input, options);
        Assert.Equal("none", written["ReverseProxy:Routes:example:Metadata:Payment"]);
        Assert.Equal("http://10.0.0.5:7010", written["ReverseProxy:Clusters:example:Destinations:one:Address"]);
        Assert.False(written.GetSection("SnetGateway").Exists());
    }

    [Theory]
    [InlineData("--price", "cheap", "a whole number")]
    [InlineData("--escrow", "0x12", "0x")]
    [InlineData("--node", "ws://127.0.0.1", "http")]
    public async Task InvalidOption_WritesNothing_AndSaysWhatIsValid(string option, string value, string words)
    {
        Assert.Equal(2, await RunAsync(null, "init", "--output", File, option, value));
        Assert.StartsWith($"error: {option}: write ", _error.ToString(), StringComparison.Ordinal);
        Assert.Contains(words, _error.ToString(), StringComparison.Ordinal);
        Assert.False(System.IO.File.Exists(File));
    }

    /// <summary>Runs it, has the file checked, and reads it.</summary>
    /// <param name="input">What a person writes; null where there is none.</param>
    /// <param name="options">Options of `init`.</param>
    private async Task<IConfiguration> InitAsync(string? input, params string[] options)
    {
        Assert.True(await RunAsync(input, ["init", "--output", File, .. options]) == 0, _error.ToString());
        Assert.True(await RunAsync(null, "check-config", "--config", File) == 0, _error.ToString());
        return new ConfigurationBuilder().AddJsonFile(File).Build();
    }

    private Task<int> RunAsync(string? input, params string[] args) =>
        new CommandLine(
            new Terminal(new StringReader(input ?? ""), _output, _error, IsInteractive: input is not null), GatewayApp.Build)
            .RunAsync(args, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(60));
}
