using System.Text;
using System.Text.RegularExpressions;
using SnetGateway.Gateway.Configuration;
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
    public async Task GroupFile_IsRight() => Assert.Empty((await LoadAsync(RepositoryFiles.PathOf("deploy/group/appsettings.json"))).Errors);

    [Fact]
    public async Task GracePeriodsOfTheGroup_CoverItsDrain()
    {
        ConfigurationResult group = await LoadAsync(RepositoryFiles.PathOf("deploy/group/appsettings.json"));
        double drain = (group.Options.Limits.DrainDelay + group.Options.Limits.DrainTimeout).TotalSeconds;
        foreach ((string file, string pattern) in new[] { ("gateway.yaml", @"terminationGracePeriodSeconds: (\d+)"), ("compose.yaml", @"snet-gateway(?s:.*?)stop_grace_period: (\d+)s") })
        {
            Match period = Regex.Match(File.ReadAllText(RepositoryFiles.PathOf($"deploy/group/{file}")), pattern);
            Assert.True(double.Parse(period.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture) > drain, file);
        }
    }

    [Fact]
    public void FullFile_IsWhatTheCodeSays() => GeneratedFile.AssertSame("appsettings/full.json", OptionFiles.FullFile());

    [Fact]
    public void ConfigurationPage_IsWhatTheCodeSays()
    {
        string path = RepositoryFiles.PathOf("docs/configuration.md");
        string page = File.ReadAllText(path);
        var table = new Regex("(?<=<!-- table of keys -->\n).*(?=<!-- end of table -->)", RegexOptions.Singleline);
        Assert.Matches(table, page);
        GeneratedFile.AssertSame("docs/configuration.md", table.Replace(page, _ => OptionFiles.Table(), 1));
    }

    private static async Task<ConfigurationResult> LoadAsync(string file)
    {
        var errors = new ErrorList();
        var sources = new ConfigurationSources(file, []);
        byte[] content = Encoding.UTF8.GetBytes(await File.ReadAllTextAsync(file));
        return await new ConfigurationLoader(sources).LoadAsync(content, errors);
    }
}
