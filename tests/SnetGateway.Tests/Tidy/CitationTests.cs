using System.Text.RegularExpressions;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Tidy;

/// <summary>Comments and pages cite only what is in the repository: pages, their headings, rules and traps.</summary>
public sealed partial class CitationTests
{
    [Fact]
    public void Sources_CitePagesAndHeadingsThatExist()
    {
        var missing = new List<string>();
        int cited = 0;
        foreach ((string file, string text) in Sources())
        {
            foreach (Match citation in PageInSource().Matches(text))
            {
                cited++;
                string page = citation.Groups["page"].Value;
                if (!File.Exists(RepositoryFiles.PathOf(page)))
                {
                    missing.Add($"{file}: {page}");
                }
                else if (citation.Groups["heading"] is { Success: true, Value: var heading } && !Headings(page).Contains(heading))
                {
                    missing.Add($"{file}: {page}, '{heading}'");
                }
            }
        }

        Assert.True(cited > 20);
        Assert.Empty(missing);
    }

    [Fact]
    public void Sources_CiteRulesAndTrapsThatExist()
    {
        int rules = RuleHeading().Count(RepositoryFiles.Read("docs/rules.md"));
        HashSet<string> traps =
            [.. TrapRow().Matches(RepositoryFiles.Read("docs/protocol/traps.md")).Select(match => match.Groups[1].Value)];
        var missing = new List<string>();
        foreach ((string file, string text) in Sources().Concat(Pages()))
        {
            missing.AddRange(Numbers(Rules(), text).Select(number => int.Parse(number, null)).Where(number => number < 1 || number > rules)
                .Select(number => $"{file}: rule {number}"));
            missing.AddRange(Numbers(Traps(), text).Where(number => !traps.Contains(number)).Select(number => $"{file}: trap {number}"));
        }

        Assert.Empty(missing);
    }

    [Fact]
    public void Pages_LinkToFilesThatExist()
    {
        var missing = new List<string>();
        foreach ((string file, string text) in Pages())
        {
            string folder = Path.GetDirectoryName(file)!;
            missing.AddRange(Link().Matches(text)
                .Select(match => match.Groups[1].Value)
                .Where(target => !target.Contains("://", StringComparison.Ordinal)
                    && !Path.Exists(Path.Combine(RepositoryFiles.PathOf(folder), target)))
                .Select(target => $"{file}: {target}"));
        }

        Assert.Empty(missing);
    }

    [Fact]
    public void SourcesAndPages_CiteNoDocumentOutsideTheRepository() =>
        Assert.Empty(Sources().Concat(Pages()).Where(source => OutsideDocument().IsMatch(source.Text)).Select(source => source.File));

    private static IEnumerable<string> Numbers(Regex citation, string text) =>
        citation.Matches(text).SelectMany(match => Number().Matches(match.Value)).Select(match => match.Value);

    private static IEnumerable<(string File, string Text)> Sources() =>
        RepositoryFiles.Find("src", ".cs").Concat(RepositoryFiles.Find("tests", ".cs"))
            .Where(file => !file.EndsWith("CitationTests.cs", StringComparison.Ordinal))
            .Select(file => (file, LineOfComment().Replace(RepositoryFiles.Read(file), " ")));

    private static IEnumerable<(string File, string Text)> Pages() =>
        RepositoryFiles.Find("docs", ".md").Concat(RepositoryFiles.Find("src", "README.md")).Concat(["README.md", "CONTRIBUTING.md"])
            .Select(file => (file, RepositoryFiles.Read(file)));

    private static HashSet<string> Headings(string page) =>
        [.. Heading().Matches(RepositoryFiles.Read(page)).Select(match => match.Groups[1].Value.Trim())];

    [GeneratedRegex(@"(?<page>docs/[\w/-]+\.md)(?:, '(?<heading>[^']+)')?")]
    private static partial Regex PageInSource();

    [GeneratedRegex(@"(?<![\w-])(?:payments|daemon|clients)\.md|\b[Dd]esign,? (?:rule|section)")]
    private static partial Regex OutsideDocument();

    [GeneratedRegex(@"^## \d+\. ", RegexOptions.Multiline)]
    private static partial Regex RuleHeading();

    [GeneratedRegex(@"^#+ (?:\d+\. )?(.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    /// <summary>A citation may be broken over two lines of a comment.</summary>
    [GeneratedRegex(@"\n\s*///? ")]
    private static partial Regex LineOfComment();

    [GeneratedRegex(@"\b[Rr]ules? \d+(?:(?:, | and | to )\d+)*")]
    private static partial Regex Rules();

    [GeneratedRegex(@"\b[Tt]raps? \d+(?:(?:, | and | to )\d+)*")]
    private static partial Regex Traps();

    [GeneratedRegex(@"^\| (\d+) \|", RegexOptions.Multiline)]
    private static partial Regex TrapRow();

    [GeneratedRegex(@"\d+")]
    private static partial Regex Number();

    [GeneratedRegex(@"\]\(([^)#\s]+)(?:#[^)]*)?\)")]
    private static partial Regex Link();
}
