using SnetGateway.Gateway.Backends;
using SnetGateway.Gateway.Backends.Processes;
using SnetGateway.Gateway.Configuration;
using SnetGateway.Gateway.Validation;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Gateway.Configuration;

/// <summary>What is found wrong with programs before the first call.</summary>
public sealed class ProgramRuleTests
{
    private const string Programs = "SnetGateway:Processes:Programs:";
    private const string Destination = "ReverseProxy:Clusters:translate:Destinations:one:Address";

    [Fact]
    public async Task Read_Program_ByPathOrName_IsRight()
    {
        Dictionary<string, string?> values = Good();
        Assert.Empty((await Samples.ReadAsync(values)).Errors);
        values[Programs + "model:Command"] = "/bin/cat";
        values[Programs + "model:Arguments:0"] = "anything $(at) all";
        values[Programs + "model:WorkingDirectory"] = "/";
        values[Programs + "model:Environment:MODEL"] = "large";
        values[Programs + "model:ExitStatuses:3"] = "NotFound";
        values[Programs + "model:Output"] = "Lines";
        values[Programs + "model:MaxRunning"] = "2";
        ConfigurationResult result = await Samples.ReadAsync(values);
        Assert.Empty(result.Errors);
        Assert.Equal(2, result.Options.Processes.Programs["model"].MaxRunning);
    }

    [Theory]
    [InlineData("model:Command", "cat -n", "model:Command", "executable file")]
    [InlineData("model:Command", "/etc/passwd", "model:Command", "executable file")]
    [InlineData("model:Command", "/", "model:Command", "executable file")]
    [InlineData("model:Command", "/nowhere/at/all", "model:Command", "executable file")]
    [InlineData("model:Command", "bin/cat", "model:Command", "absolute")]
    [InlineData("model:Command", "./cat", "model:Command", "absolute")]
    [InlineData("model:Command", null, "model:Command", "missing")]
    [InlineData("model:WorkingDirectory", "/nowhere", "model:WorkingDirectory", "existing folder")]
    [InlineData("model:WorkingDirectory", "tmp", "model:WorkingDirectory", "existing folder")]
    [InlineData("model:Environment:A=B", "1", "model:Environment:A=B", "variable")]
    [InlineData("model:ExitStatuses:0", "Ok", "model:ExitStatuses:0", "1 to 255")]
    [InlineData("model:ExitStatuses:256", "Ok", "model:ExitStatuses:256", "1 to 255")]
    [InlineData("model:ExitStatuses:03", "Ok", "model:ExitStatuses:03", "1 to 255")]
    [InlineData("model:ExitStatuses:3", "NotFond", "model:ExitStatuses:3", "NotFound")]
    [InlineData("model:Methods:Call:Argument", "call", "model:Methods:Call", "/package.Service/Method")]
    [InlineData("model:Methods:/a.B/C:Output", "Line", "model:Methods:/a.B/C:Output", "Lines")]
    [InlineData("model:InheritEnvironment", "true", "model:InheritEnvironment", "")]
    [InlineData("model:Output", "Line", "model:Output", "Lines")]
    [InlineData("model:MaxRunning", "0", "model:MaxRunning", "1 to 10000")]
    [InlineData("model:Shell", "true", "model:Shell", "")]
    [InlineData("Big_Model:Command", "cat", "Big_Model", "small letters")]
    public async Task Read_OneMistake_IsNamed(string key, string? value, string path, string words)
    {
        Dictionary<string, string?> values = Good();
        if (value is null)
        {
            values.Remove(Programs + key);
            values[Programs + "model:MaxRunning"] = "3";
        }
        else
        {
            values[Programs + key] = value;
        }

        ConfigurationError error = Assert.Single((await Samples.ReadAsync(values)).Errors);
        Assert.Equal(Programs + path, error.Path);
        Assert.Contains(words, error.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("process://modl", "'model'")]
    [InlineData("http://127.0.0.1:7001", "process://")]
    [InlineData("process://model/path", "process://")]
    [InlineData("process://model:80", "process://")]
    [InlineData("model", "process://")]
    public async Task Read_DestinationThatNamesNoProgram_IsNamed(string address, string words)
    {
        Dictionary<string, string?> values = Good();
        values[Destination] = address;
        ConfigurationError error = Assert.Single((await Samples.ReadAsync(values)).Errors);
        Assert.Equal(Destination, error.Path);
        Assert.Contains(words, error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_TwoMethodsOfOneArgument_AreAmbiguous()
    {
        Dictionary<string, string?> values = Good();
        values[Programs + "model:Methods:/shop.Costly/Generate:Argument"] = "generate";
        values[Programs + "model:Methods:/shop.Free/Generate:Argument"] = "generate";
        ConfigurationError error = Assert.Single((await Samples.ReadAsync(values)).Errors);
        Assert.Equal(Programs + "model:Methods:/shop.Free/Generate:Argument", error.Path);
        Assert.Contains("already stands for /shop.Costly/Generate", error.ToString(), StringComparison.Ordinal);
        values.Remove(Programs + "model:Methods:/shop.Free/Generate:Argument");
        values[Programs + "model:Methods:/shop.Free/Generate:Output"] = "Message";
        Assert.Empty((await Samples.ReadAsync(values)).Errors);
    }

    [Theory]
    [InlineData("Raw", null, "cannot be served raw: test.")]
    [InlineData("Raw", "/test.Echo/Word", null)]
    [InlineData("Json", "/test.Echo/Word", null)]
    [InlineData("Json", "/test.Echo/Wort", "'/test.Echo/Word'")]
    public async Task Read_MethodsOfATranslatedProgram_AreThoseOfTheDescriptors(string messages, string? method, string? words)
    {
        Dictionary<string, string?> values = Good();
        values[Programs + "model:Messages"] = messages;
        values["SnetGateway:Backends:Clusters:translate:Descriptors:ProtoFolder"] = RepositoryFiles.PathOf("tests/backends/proto");
        if (method is not null)
        {
            values[Programs + $"model:Methods:{method}:Argument"] = "word";
        }

        IReadOnlyList<ConfigurationError> errors = (await Samples.ReadAsync(values)).Errors;
        if (words is null)
        {
            Assert.Empty(errors);
        }
        else
        {
            Assert.All(errors, error => Assert.StartsWith(Programs + "model:Methods", error.Path, StringComparison.Ordinal));
            Assert.Contains(errors, error => error.ToString().Contains(words, StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("Json")]
    [InlineData("Raw")]
    public async Task Read_TranslatedProgram_OfAnUndescribedCluster_IsNamed(string messages)
    {
        Dictionary<string, string?> values = Good();
        values[Programs + "model:Messages"] = messages;
        ConfigurationError error = Assert.Single((await Samples.ReadAsync(values)).Errors);
        Assert.Equal("SnetGateway:Backends:Clusters:translate:Descriptors", error.Path);
        Assert.Contains("a program whose messages are translated", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Check_ProgramWhereNoneCanBeStarted_IsRefusedWithPathAndRemedy(bool isLinux)
    {
        var options = new GatewayOptions();
        options.Processes.Programs["model"] = new ProgramOptions { Command = "cat" };
        var errors = new ErrorList();
        ProgramRules.Check(options.Processes, errors, isLinux);
        if (isLinux)
        {
            Assert.True(errors.IsEmpty);
            return;
        }

        ConfigurationError error = Assert.Single(errors.All);
        Assert.Equal(Programs + "model", error.Path);
        Assert.Contains("on Linux only", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("run the gateway on Linux", error.ToString(), StringComparison.Ordinal);
    }

    private static Dictionary<string, string?> Good()
    {
        Dictionary<string, string?> values = Samples.Good();
        foreach (string key in values.Keys
            .Where(key => key.StartsWith("ReverseProxy:Clusters:translate:Destinations", StringComparison.OrdinalIgnoreCase))
            .ToArray())
        {
            values.Remove(key);
        }

        values["ReverseProxy:Clusters:translate:Metadata:Backend"] = "process";
        values[Destination] = "process://model";
        values[Programs + "model:Command"] = "cat";
        return values;
    }
}
