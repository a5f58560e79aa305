using System.Text.RegularExpressions;
using SnetGateway.Gateway.PaidCalls;
using SnetGateway.Payments.Refusal;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Tidy;

/// <summary>docs/metrics.md lists every instrument of the gateway's meters as the code has it.</summary>
public sealed partial class MetricPageTests
{
    private const string Page = "docs/metrics.md";

    [Fact]
    public void Page_ListsEveryInstrument_WithKindUnitAndDescription()
    {
        string[] inCode = [.. RepositoryFiles.Find("src", ".cs").SelectMany(file => Creation().Matches(RepositoryFiles.Read(file)))
            .Select(match => $"{match.Groups["name"].Value} | {match.Groups["kind"].Value} | `{match.Groups["unit"].Value}` | "
                + $"{match.Groups["text"].Value}")];
        Assert.True(inCode.Length > 15);

        string[] inPage = [.. Row().Matches(RepositoryFiles.Read(Page))
            .Select(match => $"{match.Groups["name"].Value} | {match.Groups["kind"].Value} | `{match.Groups["unit"].Value}` | "
                + $"{match.Groups["text"].Value}")];

        Assert.Equal(inCode.Order(StringComparer.Ordinal), inPage.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Page_ListsTheTags_AndTheirValues()
    {
        string code = string.Concat(RepositoryFiles.Find("src", "Metrics.cs").Select(RepositoryFiles.Read));
        string[][] tags = [.. Row().Matches(RepositoryFiles.Read(Page)).SelectMany(row => row.Groups["tags"].Value.Split(';'))
            .Select(tag => Quoted().Matches(tag).Select(word => word.Groups[1].Value).ToArray())
            .Where(words => words.Length > 0)];

        Assert.Equal(
            TagKey().Matches(code).Select(match => match.Groups[1].Value).Distinct().Order(StringComparer.Ordinal),
            tags.Select(words => words[0]).Distinct().Order(StringComparer.Ordinal));
        Assert.All(tags.SelectMany(words => words[1..]), value => Assert.Contains($"\"{value}\"", code, StringComparison.Ordinal));
    }

    [Fact]
    public void Page_NamesEveryReasonOfARefusal()
    {
        string page = RepositoryFiles.Read(Page);
        IEnumerable<string> ofTheWire = RepositoryFiles.Find("src/SnetGateway.Gateway/PaidCalls", ".cs")
            .SelectMany(file => WireReason().Matches(RepositoryFiles.Read(file)))
            .Select(match => match.Groups[1].Value);
        string[] reasons = [.. Enum.GetValues<RefusalReason>().Select(PaidCallMetrics.NameOf).Concat(ofTheWire)];
        Assert.True(reasons.Length > 16);
        Assert.All(reasons, reason => Assert.Contains($"`{reason}`", page, StringComparison.Ordinal));
    }

    [GeneratedRegex(
        @"Create(?<kind>\w+?)(?:<\w+>)?\(\s*""(?<name>(?:snet_gateway|rpc)\.[^""]+)"",.*?""(?<unit>\{?[a-z]+\}?)"",\s*""(?<text>[^""]+)""",
        RegexOptions.Singleline)]
    private static partial Regex Creation();

    [GeneratedRegex(
        @"^\| `(?<name>(?:snet_gateway|rpc)\.[^`]+)` \| (?<kind>\w+) \| `(?<unit>[^`]+)` \| (?<text>[^|]+?) \| (?<tags>[^|]+?) \|",
        RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("`([a-z_.]+)`")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"(?:\{ |new\(|object\?>\()""([a-z_.]+)"", ")]
    private static partial Regex TagKey();

    [GeneratedRegex(@"Refused?\((?:context, route|route\.RouteId), ""(\w+)""")]
    private static partial Regex WireReason();
}
