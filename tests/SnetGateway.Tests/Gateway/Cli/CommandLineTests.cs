using System.Text.Json;
using System.Text.RegularExpressions;
using SnetGateway.Gateway;
using SnetGateway.Gateway.Cli;
using Xunit;

namespace SnetGateway.Tests.Gateway.Cli;

public sealed class CommandLineTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snet-cli-");
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Init_ThenCheckConfig_IsRight()
    {
        string file = At("new.json");

        Assert.Equal(0, await RunAsync("init", "--output", file));
        Assert.Equal(0, await RunAsync("check-config", "--config", file));

        Assert.Contains("The configuration is valid", _output.ToString(), StringComparison.Ordinal);
        string[] warnings = Lines(_error); // of the three example values
        Assert.Equal(3, warnings.Length);
        Assert.All(warnings, line => Assert.StartsWith("warning: SnetGateway:Groups:default:", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Init_OverAnotherFile_OnlyWithForce()
    {
        string file = At("there.json");
        await File.WriteAllTextAsync(file, "mine");

        Assert.Equal(2, await RunAsync("init", "--output", file));
        Assert.Equal("mine", await File.ReadAllTextAsync(file));
        Assert.Contains("--force", _error.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, await RunAsync("init", "--output", file, "--force"));
        string written = await File.ReadAllTextAsync(file);
        string schema = JsonDocument.Parse(written, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip }).RootElement
            .GetProperty("$schema")
            .GetString()!;
        Assert.True(File.Exists(Path.Combine(Path.GetDirectoryName(file)!, schema)), schema);
        Assert.Equal(InitCommand.Template, written.Replace(schema, "snet-gateway.schema.json", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Init_WhereNothingCanBeWritten_Fails()
    {
        Assert.Equal(1, await RunAsync("init", "--output", At("no/such/folder/x.json")));
        Assert.Single(Lines(_error));
    }

    [Theory]
    [InlineData("SnetGateway:Prepaid:SecretPath", true)]
    [InlineData("SnetGateway:Groups:default:FreeCalls:SignerKeyFile", true)]
    [InlineData("SnetGateway:Chain:Endpoints:0", false)]
    [InlineData("SnetGateway:Log:Hooks:post:Webhook:Url", false)]
    [InlineData("SnetGateway:Telemetry:Otlp:Endpoint", false)]
    public async Task SecretThatIsWrong_IsAnErrorThatDoesNotRepeatIt(string key, bool isInFile)
    {
        string file = At("new.json"), secret = At("secret");
        await RunAsync("init", "--output", file);
        await File.WriteAllTextAsync(secret, "CANARY");
        File.SetUnixFileMode(secret, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        foreach (string command in new[] { "check-config", "serve" })
        {
            Assert.NotEqual(0, await RunAsync(
                command, "--config", file, "--SnetGateway:Log:Hooks:post:Kind=webhook",
                $"--{key}={(isInFile ? secret : "htp://me:CANARY@127.0.0.1:1/CANARY?CANARY")}"));
        }

        string output = $"{_output}{_error}";
        Assert.Contains(key, output, StringComparison.Ordinal);
        Assert.DoesNotContain("CANARY", output, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task CheckConfig_Mistakes_AllWithExitCode2()
    {
        string file = At("new.json");
        await RunAsync("init", "--output", file);

        int code = await RunAsync(
            "check-config",
            "--config",
            file,
            "--SnetGateway:Services:example:Price:Cogs=-5",
            "--SnetGateway:Limit:MaxMetadataBytes=1",
            "--ReverseProxy:Routes:example:ClusterId=exmple");

        Assert.Equal(2, code);
        string[] lines = Lines(_error);
        Assert.Contains("3 errors", lines[0], StringComparison.Ordinal);
        Assert.Contains(
            lines, l => l.StartsWith("  SnetGateway:Services:example:Price:Cogs: '-5' is not an amount in cogs", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.StartsWith("  SnetGateway:Limit: unknown key. Write 'Limits'", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.StartsWith(
            "  ReverseProxy:Routes:example:ClusterId: there is no cluster 'exmple'. Write 'example'", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{ \"SnetGateway\": { \"Limits\": }", "line 1")]
    [InlineData("{ \"a\": 1, \"A\": 2 }", "duplicate")]
    [InlineData("[]", "Correct the file")]
    [InlineData("\0", "Correct the file")]
    public async Task CheckConfig_FileThatIsNoJson_SaysWhere(string content, string words)
    {
        string file = At("broken.json");
        await File.WriteAllTextAsync(file, content);

        Assert.Equal(2, await RunAsync("check-config", "--config", file));
        Assert.Contains(words, _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task CheckConfig_FileThatIsNotThere_SaysSo()
    {
        Assert.Equal(2, await RunAsync("check-config", "--config", At("nowhere.json")));
        Assert.Contains("there is no such file", _error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no-such-command")]
    [InlineData("init", "--no-such-option")]
    [InlineData("check-config", "--config")]
    [InlineData("check-config", "--SnetGateway:Limits:MaxMetadataBytes")]
    public async Task WrongArguments_ExitWith2AndNoStackTrace(params string[] args)
    {
        Assert.Equal(2, await RunAsync(args));
        Assert.StartsWith("error: ", _error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Version_NamesTheProgram()
    {
        Assert.Equal(0, await RunAsync("version"));
        Assert.Matches(new Regex(@"^snet-gateway \d+\.\d+\.\d+"), _output.ToString());
    }

    private Task<int> RunAsync(params string[] args) =>
        new CommandLine(new Terminal(TextReader.Null, _output, _error), GatewayApp.Build).RunAsync(args, CancellationToken.None).WaitAsync(
            TimeSpan.FromSeconds(60));

    private string At(string name) => Path.Combine(_folder.FullName, name);

    private static string[] Lines(StringWriter text) => text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
