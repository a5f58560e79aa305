using System.Text;
using System.Xml.Linq;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Tidy;

/// <summary>
/// docs/licenses.md lists the packages that were restored, with their licences. No network is needed: the packages themselves say it.
/// </summary>
public sealed class LicensePageTests
{
    private static readonly HashSet<string> s_accepted =
        ["MIT", "Apache-2.0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "MS-.NET-Library", "public domain"];

    [Fact]
    public void Page_ListsTheRestoredPackages_WithTheirLicences()
    {
        RestoredPackage[] published = Packages("src");
        RestoredPackage[] others = [.. Packages("tests", "samples").Except(published)];
        Assert.All(published.Concat(others), package => Assert.Contains(package.Licence, s_accepted));

        GeneratedFile.AssertSame("docs/licenses.md", Page(published, others));
    }

    private static RestoredPackage[] Packages(params string[] folders) =>
    [
        .. folders.SelectMany(folder => RepositoryFiles.Find(folder, ".csproj")).SelectMany(RestoredPackage.Of).Distinct()
            .OrderBy(package => package.Name, StringComparer.OrdinalIgnoreCase).ThenBy(package => package.Version, StringComparer.Ordinal),
    ];

    private static string Page(RestoredPackage[] published, RestoredPackage[] others)
    {
        HashSet<string> direct =
        [
            .. XDocument.Parse(RepositoryFiles.Read("Directory.Packages.props")).Descendants("PackageVersion")
                .Select(package => package.Attribute("Include")!.Value),
        ];
        var page = new StringBuilder("""
            # Licences of third-party packages

            Generated from the restored package graph: `dotnet restore`, then `SNET_UPDATE_FILES=1 dotnet test tests/SnetGateway.Tests --filter LicensePageTests`. Licences are
            SPDX identifiers, as the packages themselves state them. "direct" packages are named by a project, the others come with them. What each of
            the direct ones is for: [dependencies.md](dependencies.md). The gateway itself is under the [MIT licence](../LICENSE).

            ## Of the gateway

            The published folder holds these packages, and this page as `THIRD-PARTY.md`.


            """.ReplaceLineEndings("\n"));
        Table(page, published, direct);
        page.Append("\n## Of tests, benchmarks and samples only\n\nNone of these is published.\n\n");
        Table(page, others, direct);
        return page.ToString();
    }

    private static void Table(StringBuilder page, RestoredPackage[] packages, HashSet<string> direct)
    {
        page.Append("| package | version | | licence | copyright |\n|---|---|---|---|---|\n");
        foreach (RestoredPackage package in packages)
        {
            page.Append($"| {package.Name} | {package.Version} | {(direct.Contains(package.Name) ? "direct" : "")} | {package.Licence} | "
                + $"{package.Copyright} |\n");
        }
    }
}
