using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Tidy;

/// <summary>
/// Holds docs/dependencies.md to the packages of NuGet that projects use, and of npm and Debian that tests, samples and scripts ask for.
/// </summary>
public sealed partial class DependencyPageTests
{
    private static readonly string s_page = RepositoryFiles.Read("docs/dependencies.md");

    [Fact]
    public void NuGetPackages_AreThosePinned_InTheirVersions_AndEachIsUsed()
    {
        var pinned = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (XElement package in XDocument.Parse(RepositoryFiles.Read("Directory.Packages.props")).Descendants("PackageVersion"))
        {
            pinned.Add(package.Attribute("Include")!.Value, package.Attribute("Version")!.Value);
        }

        var told = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (Match row in NuGetRow().Matches(s_page))
        {
            string[] names = Names(row.Groups[1].Value), versions = row.Groups[2].Value.Split(", ");
            Assert.Equal(names.Length, versions.Length);
            foreach ((string name, string version) in names.Zip(versions))
            {
                told.Add(name, version);
            }
        }

        string projects = string.Concat(RepositoryFiles.Find(".", ".csproj").Select(RepositoryFiles.Read));
        Assert.True(pinned.Count > 10);
        Assert.Equal(pinned, told);
        Assert.All(pinned.Keys, name => Assert.Contains($"<PackageReference Include=\"{name}\"", projects, StringComparison.Ordinal));
    }

    [Fact]
    public void NpmPackages_AreThoseOfThePackageFiles_InTheirVersions()
    {
        var asked = new SortedSet<string>(StringComparer.Ordinal);
        foreach (string file in RepositoryFiles.Find(".", "package.json"))
        {
            using var package = JsonDocument.Parse(RepositoryFiles.Read(file));
            if (package.RootElement.TryGetProperty("dependencies", out JsonElement dependencies))
            {
                string folder = Path.GetDirectoryName(file)!;
                asked.UnionWith(dependencies.EnumerateObject().Select(one => $"{one.Name} {one.Value.GetString()} in {folder}"));
            }
        }

        var told = new SortedSet<string>(StringComparer.Ordinal);
        foreach (Match row in NpmRow().Matches(s_page))
        {
            string[] names = Names(row.Groups[1].Value), versions = row.Groups[2].Value.Split(", ");
            Assert.Equal(names.Length, versions.Length);
            told.UnionWith(Names(row.Groups[3].Value).SelectMany(folder => names.Select((name, i) => $"{name} {versions[i]} in {folder}")));
        }

        Assert.True(asked.Count > 10);
        Assert.Equal(asked, told);
    }

    [Fact]
    public void DebianPackages_ThatScriptsInstall_AreEachNamed()
    {
        string[] asked = [.. RepositoryFiles.Find(".", ".sh")
            .SelectMany(file => NeedDebian().Matches(RepositoryFiles.Read(file)))
            .SelectMany(match => match.Groups["names"].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(name => char.IsAsciiLetterLower(name[0]))
            .Distinct()];
        Assert.Contains("haproxy", asked);
        Assert.Contains("nginx-light", asked);
        Assert.All(asked, name => Assert.Contains($"`{name}`", s_page, StringComparison.Ordinal));
    }

    private static string[] Names(string cell) => [.. cell.Split(", ").Select(name => name.Trim('`'))];

    [GeneratedRegex(@"^\| ([A-Za-z][\w., -]*) \| ([0-9][0-9a-z., -]*) \|", RegexOptions.Multiline)]
    private static partial Regex NuGetRow();

    [GeneratedRegex(@"^\| (`[^|]+`) \| ([0-9][0-9., ]*) \| (`[^|]+`) \|", RegexOptions.Multiline)]
    private static partial Regex NpmRow();

    /// <summary>The common way, and that of a script with its own list.</summary>
    [GeneratedRegex(@"^ *need_debian (?<names>.+)$|missing\+=\((?<names>[^)]+)\)", RegexOptions.Multiline)]
    private static partial Regex NeedDebian();
}
