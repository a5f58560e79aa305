using System.Globalization;
using System.Text.RegularExpressions;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Tidy;

/// <summary>docs/rules.md and the marks on tests agree.</summary>
public sealed partial class RuleTests
{
    private const int Rules = 24;

    [Fact]
    public void Page_HasEachRuleOnce_InOrder() =>
        Assert.Equal(
            Enumerable.Range(1, Rules),
            Heading().Matches(RepositoryFiles.Read("docs/rules.md"))
                .Select(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)));

    [Fact]
    public void EachRule_HasATestThatRuns_AndEachMarkNamesARule()
    {
        int[] marked = [.. RepositoryFiles.Find("tests", ".cs").SelectMany(file => MarksIn(RepositoryFiles.Read(file)))];
        Assert.Equal(Enumerable.Range(1, Rules), marked.Distinct().Order());
    }

    [Fact]
    public void Mark_WithoutATest_IsFound() =>
        Assert.Throws<InvalidOperationException>(() => MarksIn("    [Rule(3)]\n    public void Helper()\n").Count());

    [Theory]
    [InlineData("    [Fact]\n    public async Task Does_It()", true)]
    [InlineData("    [Theory]\n    [InlineData(1)] // [reason]\n    public void Does_It(int value)", true)]
    [InlineData("    public Task Does_It() => null!;", false)]
    [InlineData("    // [Fact]\n    public void Does_It()", false)]
    [InlineData("    [Fact]\n    private void Other()\n    {\n    }\n\n    public void Does_It()", false)]
    public void MethodWithThatName_IsATest_OnlyWhereTheRunnerRunsIt(string source, bool isTest) =>
        Assert.Equal(isTest ? ["Does_It"] : [], TestsIn(source));

    /// <summary>Names of methods with [Fact] or [Theory] right above them: a method that the runner does not run proves nothing.</summary>
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

    /// <summary>The rules that the tests of a source mark. Throws where a marked method is not a test that runs.</summary>
    private static IEnumerable<int> MarksIn(string source)
    {
        HashSet<string> tests = [.. TestsIn(source)];
        foreach (Match mark in Mark().Matches(source))
        {
            if (!tests.Contains(mark.Groups["test"].Value))
            {
                throw new InvalidOperationException($"{mark.Groups["test"].Value} is marked with a rule, and is not a test.");
            }

            foreach (string number in mark.Groups["numbers"].Value.Split(','))
            {
                yield return int.Parse(number, CultureInfo.InvariantCulture);
            }
        }
    }

    [GeneratedRegex(@"^## (\d+)\. ", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"\[Rule\((?<numbers>[\d, ]+)\)\]\s+public (?:async Task|void|Task)\s+(?<test>\w+)\(")]
    private static partial Regex Mark();

    [GeneratedRegex(@"^\[(?:Fact|Theory)\b")]
    private static partial Regex TestAttribute();

    [GeneratedRegex(@"^public (?:async Task|void|Task)\s+([A-Za-z0-9_]+)\(")]
    private static partial Regex TestMethod();
}
