using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using SnetGateway.Gateway.Configuration;
using SnetGateway.TestKit;
using Xunit;
using YamlDotNet.RepresentationModel;

namespace SnetGateway.Tests.Gateway.Configuration;

/// <summary>What lies in `deploy` for systemd, Kubernetes and containers: each file is valid, and fits the gateway.</summary>
public sealed class DeployFileTests
{
    private const string Chart = "deploy/helm/snet-gateway/";

    /// <summary>What the gateway's user is in each of them.</summary>
    private const string User = "10001";

    private static string Version { get; } =
        XDocument.Parse(RepositoryFiles.Read("Directory.Build.props")).Descendants("Version").Single().Value;

    [Theory]
    [InlineData("deploy/compose/compose.yaml")]
    [InlineData("deploy/group/compose.yaml")]
    [InlineData("deploy/group/gateway.yaml")]
    [InlineData("deploy/group/kustomization.yaml")]
    [InlineData(Chart + "Chart.yaml")]
    [InlineData(Chart + "values.yaml")]
    public void File_IsYaml(string file) => Assert.NotEmpty(Load(file).Documents);

    [Fact]
    public async Task ConfigurationOfTheChart_IsValid()
    {
        YamlNode configuration = Values()["configuration"];
        var loader = new ConfigurationLoader(new ConfigurationSources(null, []));
        ConfigurationResult result = await loader.LoadAsync(Encoding.UTF8.GetBytes(JsonOf(configuration)!.ToJsonString()), new());
        Assert.DoesNotContain(result.Errors, error => !SampleFilesTests.IsOfTheMachine(error));
        Assert.Equal("0.0.0.0:7000", result.Options.Listeners.Public.Address);
    }

    [Fact]
    public void ValuesOfTheChart_AreThoseThatItsTemplatesUse_EachWithAComment()
    {
        string[] used = [.. Directory.GetFiles(RepositoryFiles.PathOf(Chart + "templates"))
            .SelectMany(file => Regex.Matches(File.ReadAllText(file), @"\.Values\.([A-Za-z.]+)")).Select(match => match.Groups[1].Value)
            .Distinct().Order(StringComparer.Ordinal)];
        string[] written = [.. Leaves(Values(), "").Order(StringComparer.Ordinal)];
        Assert.Equal(written, used);

        string[] lines = RepositoryFiles.Read(Chart + "values.yaml").Split('\n');
        foreach (string value in written)
        {
            int line = Array.FindIndex(lines, text => text.TrimStart().StartsWith(value.Split('.')[^1] + ":", StringComparison.Ordinal));
            Assert.True(line > 0 && lines[line - 1].TrimStart().StartsWith('#'), $"{value} has no comment");
        }
    }

    [Fact]
    public void Versions_AreThatOfTheGateway()
    {
        var chart = (YamlMappingNode)Load(Chart + "Chart.yaml").Documents[0].RootNode;
        Assert.Equal(Version, chart["version"].ToString());
        Assert.Equal(Version, chart["appVersion"].ToString());
        Assert.Equal($"snet-gateway:{Version}", Gateway()["image"].ToString());
    }

    [Fact]
    public void User_IsTheSameInEachOfThem()
    {
        Assert.Equal($"{User}:{User}", Gateway()["user"].ToString());
        Assert.Contains($"runAsUser: {User}\n", RepositoryFiles.Read(Chart + "templates/statefulset.yaml"), StringComparison.Ordinal);
        Assert.Contains(
            $"<ContainerUser>{User}</ContainerUser>", RepositoryFiles.Read("src/SnetGateway.Gateway/SnetGateway.Gateway.csproj"),
            StringComparison.Ordinal);
    }

    /// <summary>systemd itself reads the unit, and rates how much of the machine a gateway under it can reach.</summary>
    [Fact]
    public async Task Unit_IsValid_AndHardened()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/systemd-analyze"), "this machine has no systemd");
        DirectoryInfo folder = Directory.CreateTempSubdirectory("snet-unit-");
        try
        {
            string unit = Path.Combine(folder.FullName, "snet-gateway.service");
            string text = RepositoryFiles.Read("deploy/systemd/snet-gateway.service");
            Assert.Contains("Type=notify", text, StringComparison.Ordinal);
            await File.WriteAllTextAsync(unit, text.Replace("/opt/snet-gateway/snet-gateway", "/bin/true", StringComparison.Ordinal));
            (int code, string said) = await AnalyzeAsync("verify", unit);
            Assert.True(code == 0 && said.Length == 0, said);
            (code, said) = await AnalyzeAsync("security", "--offline=true", "--threshold=20", unit); // 2.0 of 10
            Assert.True(code == 0, said);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<(int Code, string Said)> AnalyzeAsync(params string[] arguments)
    {
        using Process analyze = Process.Start(new ProcessStartInfo("/usr/bin/systemd-analyze", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> errors = analyze.StandardError.ReadToEndAsync();
        string output = await analyze.StandardOutput.ReadToEndAsync();
        await analyze.WaitForExitAsync();
        return (analyze.ExitCode, output + await errors);
    }

    /// <summary>Scalars as texts, as the configuration reads them.</summary>
    private static JsonNode? JsonOf(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(
            map.Children.Select(child => KeyValuePair.Create(child.Key.ToString(), JsonOf(child.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(JsonOf)]),
        _ => JsonValue.Create(node.ToString()),
    };

    private static YamlMappingNode Values() => (YamlMappingNode)Load(Chart + "values.yaml").Documents[0].RootNode;

    private static YamlNode Gateway() => Load("deploy/compose/compose.yaml").Documents[0].RootNode["services"]["gateway"];

    /// <summary>The values as templates name them: an object is one value where templates take it as a whole.</summary>
    private static IEnumerable<string> Leaves(YamlMappingNode node, string path) => node.Children.SelectMany(child =>
        child.Value is YamlMappingNode { Children.Count: > 0 } inner && child.Key.ToString() is not ("configuration" or "resources")
            ? Leaves(inner, $"{path}{child.Key}.")
            : [$"{path}{child.Key}"]);

    private static YamlStream Load(string file)
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(RepositoryFiles.Read(file)));
        return yaml;
    }
}
