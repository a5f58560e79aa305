using System.Text.RegularExpressions;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Tidy;

/// <summary>Holds docs/rules.md to the code: every rule is there once, and every test that it names exists.</summary>
public sealed partial class RuleTableTests
{
    [Fact]
    public void Rules_OneToTwentyFour_EachHaveOneRow() =>
        Assert.Equal(Enumerable.Range(1, 24), Rows().Select(row => row.Number));

    [Fact]
    public void Rules_NameOnlyTestsThatExist()
    {
        HashSet<string> tests = [.. RepositoryFiles.Find("tests", ".cs").SelectMany(file => TestsIn(RepositoryFiles.Read(file)))];
        Assert.Empty(Rows().SelectMany(row => row.Tests.Where(test => !tests.Contains(test)).Select(test => $"rule {row.Number}: {test}")));
    }

    [Theory]
    [InlineData("    [Fact]\n    public async Task Does_It()", true)]
    [InlineData("    [Theory]\n    [InlineData(1)] // [reason]\n    public void Does_It(int value)", true)]
    [InlineData("    public Task Does_It() => null!;", false)]
    [InlineData("    // [Fact]\n    public void Does_It()", false)]
    [InlineData("    [Fact]\n    private void Other()\n    {\n    }\n\n    public void Does_It()", false)]
    public void MethodWithThatName_IsATest_OnlyWhereTheRunnerRunsIt(string source, bool isTest) =>
        Assert.Equal(isTest ? ["Does_It"] : [], TestsIn(source));

    [Fact]
    public void Rules_EachNameATestOrSayWhichIssueBringsIt() =>
        Assert.Empty(Rows().Where(row => row.Tests.Count == 0 && !row.Text.Contains("not yet", StringComparison.Ordinal)).Select(row => row.Number));

    /// <summary>Names of methods with [Fact] or [Theory] right above them: a method that nobody runs holds no rule.</summary>
    internal static IEnumerable<string> TestsIn(string source)
    {
        bool runs = false;
        foreach (string line in source.Split('\n').Select(line => line.Trim()))
        {
            runs = line.Length > 0 && (runs || TestAttribute().IsMatch(line));
            if (runs && TestMethod().Match(line) is { Success: true } method)
            {
                yield return method.Groups[1].Value;
                runs = false;
            }
        }
    }

    private static List<(int Number, IReadOnlyList<string> Tests, string Text)> Rows() =>
        [.. RepositoryFiles.Read("docs/rules.md").Split('\n')
            .Select(line => Row().Match(line))
            .Where(match => match.Success)
            .Select(match => (
                int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture),
                (IReadOnlyList<string>)[.. TestName().Matches(match.Groups[2].Value).Select(name => name.Groups[1].Value)],
                match.Value))];

    [GeneratedRegex(@"^\|\s*(\d+)\s*\|(.*)\|\s*$")]
    private static partial Regex Row();

    [GeneratedRegex(@"`([A-Za-z0-9]+_[A-Za-z0-9_]+)`")]
    private static partial Regex TestName();

    [GeneratedRegex(@"^\[(?:Fact|Theory)\b")]
    private static partial Regex TestAttribute();

    [GeneratedRegex(@"^public (?:async Task|void|Task)\s+([A-Za-z0-9_]+)\(")]
    private static partial Regex TestMethod();
}
