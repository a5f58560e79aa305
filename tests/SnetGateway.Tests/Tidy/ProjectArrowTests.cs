using System.Xml.Linq;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Tidy;

/// <summary>The walls of the house: arrows one way (docs/architecture.md).</summary>
public sealed class ProjectArrowTests
{
    private static readonly Dictionary<string, string[]> s_allowed = new()
    {
        ["SnetGateway.Payments"] = [],
        ["SnetGateway.GrpcWire"] = [],
        ["SnetGateway.ProtoJson"] = [],
        ["SnetGateway.FastSignatures"] = ["SnetGateway.Payments"],
        ["SnetGateway.Ethereum"] = ["SnetGateway.FastSignatures", "SnetGateway.Payments"],
        ["SnetGateway.Storage"] = ["SnetGateway.Payments"],
        ["SnetGateway.Gateway"] =
            ["SnetGateway.Ethereum", "SnetGateway.GrpcWire", "SnetGateway.Payments", "SnetGateway.ProtoJson", "SnetGateway.Storage"],
    };

    [Fact]
    public void ProjectReferences_OfEachSourceProject_AreThoseOfTheDesign()
    {
        string[] projects = [.. RepositoryFiles.Find("src", ".csproj")];
        Assert.Equal(s_allowed.Keys.Order(), projects.Select(Path.GetFileNameWithoutExtension).Order());
        foreach (string project in projects)
        {
            IEnumerable<string> used = References(project, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path)!);
            Assert.Equal(s_allowed[Path.GetFileNameWithoutExtension(project)], used.Order());
        }
    }

    [Fact]
    public void Payments_UsesNoPackageAndNoWebFramework()
    {
        const string Project = "src/SnetGateway.Payments/SnetGateway.Payments.csproj";
        Assert.Empty(References(Project, "PackageReference"));
        Assert.Empty(References(Project, "FrameworkReference"));
    }

    [Fact]
    public void NoSourceProject_ReachesIntoTestsOrSamples()
    {
        foreach (string project in RepositoryFiles.Find("src", ".csproj"))
        {
            Assert.DoesNotContain("tests/", RepositoryFiles.Read(project), StringComparison.Ordinal);
            Assert.DoesNotContain("samples/", RepositoryFiles.Read(project), StringComparison.Ordinal);
        }
    }

    private static IEnumerable<string> References(string project, string kind) =>
        XDocument.Parse(RepositoryFiles.Read(project)).Descendants(kind).Select(element => (string)element.Attribute("Include")!);
}
