using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using SnetGateway.Gateway.Cli;
using SnetGateway.Gateway.Configuration;
using SnetGateway.Gateway.Configuration.Schema;
using SnetGateway.Gateway.Validation;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Gateway.Configuration;

/// <summary>The files that operators copy: each is right, complete, and says what the code says.</summary>
public class SampleFilesTests
{
    [Fact]
    public async Task MinimalFile_IsRightAndFifteenLines()
    {
        string file = RepositoryFiles.PathOf("appsettings/minimal.json");

        Assert.Empty((await LoadAsync(file)).Errors);
        Assert.Equal(15, File.ReadAllLines(file).Length);
    }

    [Fact]
    public async Task FullFile_IsRight() => Assert.Empty((await LoadAsync(RepositoryFiles.PathOf("appsettings/full.json"))).Errors);

    [Fact]
    public async Task GroupFile_IsRight() =>
        Assert.Empty((await LoadAsync(RepositoryFiles.PathOf("deploy/group/appsettings.json"))).Errors);

    [Fact]
    public async Task FleetFile_IsRight_InTheRootOfTheRepository() =>
        Assert.Empty((await LoadAsync(RepositoryFiles.PathOf("appsettings/fleet.json"))).Errors);

    [Fact]
    public async Task GracePeriodsOfTheGroup_CoverItsDrain()
    {
        ConfigurationResult group = await LoadAsync(RepositoryFiles.PathOf("deploy/group/appsettings.json"));
        double drain = (group.Options.Limits.DrainDelay + group.Options.Limits.DrainTimeout).TotalSeconds;
        foreach ((string file, string pattern) in new[] { ("gateway.yaml", @"terminationGracePeriodSeconds: (\d+)"), ("compose.yaml",
            @"snet-gateway(?s:.*?)stop_grace_period: (\d+)s") })
        {
            Match period = Regex.Match(File.ReadAllText(RepositoryFiles.PathOf($"deploy/group/{file}")), pattern);
            Assert.True(double.Parse(period.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture) > drain, file);
        }
    }

    [Fact]
    public void FullFile_IsWhatTheCodeSays() => GeneratedFile.AssertSame("appsettings/full.json", OptionFiles.FullFile());

    [Fact]
    public void JsonSchema_IsWhatTheCodeSays() =>
        GeneratedFile.AssertSame("appsettings/snet-gateway.schema.json", OptionFiles.JsonSchema());

    [Theory]
    [InlineData("appsettings/minimal.json")]
    [InlineData("appsettings/full.json")]
    [InlineData("appsettings/fleet.json")]
    [InlineData("deploy/group/appsettings.json")]
    public void File_FitsTheJsonSchema(string file) => Assert.Empty(SchemaErrors(RepositoryFiles.Read(file)));

    [Fact]
    public void FilesOfInit_FitTheJsonSchema() =>
        Assert.All((string[])[InitCommand.Template, InitCommand.FreeTemplate], template => Assert.Empty(SchemaErrors(template)));

    [Theory]
    [InlineData("\"Servces\": {}", "SnetGateway.Servces")]
    [InlineData("\"Chain\": { \"ChainId\": 0 }", "SnetGateway.Chain.ChainId")]
    [InlineData("\"Chain\": { \"Endpoints\": [ \"ws://127.0.0.1\" ] }", "SnetGateway.Chain.Endpoints")]
    [InlineData("\"Ledger\": { \"Store\": \"files\" }", "SnetGateway.Ledger.Store")]
    [InlineData("\"Ledger\": { \"CommitTimeout\": 5 }", "SnetGateway.Ledger.CommitTimeout")]
    [InlineData("\"Services\": { \"a\": { \"Price\": { \"Cogs\": -1 } } }", "SnetGateway.Services.a.Price.Cogs")]
    public void Error_IsFoundByTheJsonSchema(string text, string path) =>
        Assert.StartsWith(path, Assert.Single(SchemaErrors($"{{ \"SnetGateway\": {{ {text} }} }}")), StringComparison.Ordinal);

    [Fact]
    public void ConfigurationPage_IsWhatTheCodeSays()
    {
        string page = RepositoryFiles.Read("docs/configuration.md");
        var reference = new Regex("(?<=<!-- reference of keys -->\n).*(?=<!-- end of reference -->)", RegexOptions.Singleline);
        Assert.Matches(reference, page);
        GeneratedFile.AssertSame("docs/configuration.md", reference.Replace(page, _ => OptionFiles.Reference(), 1));
    }

    [Fact]
    public void ExamplesOfTheConfigurationPage_HoldOnlyKnownKeysAndValidValues()
    {
        foreach (string example in OptionExamples.BySection.Values)
        {
            Assert.Empty(SchemaErrors($"{{ \"SnetGateway\": {{ {example} }} }}"));
            var errors = new ErrorList();
            using var text = new MemoryStream(Encoding.UTF8.GetBytes($"{{ \"SnetGateway\": {{ {example} }} }}"));
            GatewaySchema.Check(new ConfigurationBuilder().AddJsonStream(text).Build(), errors);

            // An example is only a part of a configuration.
            Assert.DoesNotContain(errors.All, error => !IsOfTheMachine(error) && error.Problem != "missing");
        }
    }

    /// <summary>Whether an example names a file or a program that this machine does not have.</summary>
    internal static bool IsOfTheMachine(ConfigurationError error) =>
        new[] { "a file that can be read", "an executable file", "existing folder" }
            .Any(form => error.Problem.Contains(form, StringComparison.Ordinal));

    private static List<string> SchemaErrors(string json)
    {
        var errors = new List<string>();
        var options = new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
        JsonSchemaCheck.Check(JsonNode.Parse(json, documentOptions: options), JsonNode.Parse(OptionFiles.JsonSchema())!, errors);
        return errors;
    }

    private static async Task<ConfigurationResult> LoadAsync(string file)
    {
        var errors = new ErrorList();
        var sources = new ConfigurationSources(file, []);
        string text = await File.ReadAllTextAsync(file);
        byte[] content = Encoding.UTF8.GetBytes(
            text.Replace("samples/fleet/", RepositoryFiles.PathOf("samples/fleet") + "/", StringComparison.Ordinal));
        return await new ConfigurationLoader(sources).LoadAsync(content, errors);
    }
}
