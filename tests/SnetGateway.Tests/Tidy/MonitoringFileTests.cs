using System.Text.Json;
using System.Text.RegularExpressions;
using SnetGateway.Gateway.Alerts;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Monitoring;
using Xunit;

namespace SnetGateway.Tests.Tidy;

/// <summary>docs/alerts.md, the rules for Prometheus and the dashboard have every alert, and name only metrics that exist.</summary>
public sealed partial class MonitoringFileTests
{
    private const string Folder = "deploy/monitoring", Rules = $"{Folder}/alerts.rules.yml", Dashboard = $"{Folder}/grafana-dashboard.json";
    private const string Page = "docs/alerts.md";

    /// <summary>Of the runtime and of Prometheus itself.</summary>
    private static readonly string[] s_ofOthers = ["dotnet_process_memory_working_set_bytes", "dotnet_process_cpu_time_seconds_total"];

    private static readonly string[] s_alerts = [.. AlertRule.All.Select(rule => rule.Name)];

    [Fact]
    public void Page_HasASectionForEachAlert_WithItsSeverityAndWhatToDo()
    {
        string alerts = RepositoryFiles.Read(Page).Split("\n## The alerts\n")[1];
        string[] sections = alerts.Split("\n### ")[1..];
        Assert.Equal(s_alerts.Append("GatewayDown").Order(), sections.Select(text => text.Split('\n')[0]).Order());
        Assert.All(sections, text => Assert.All(
            (string[])["**Means:**", "**Consumers see:**", "**Do:**", "```sh"],
            part => Assert.Contains(part, text.Replace('\n', ' '), StringComparison.Ordinal)));
        Assert.All(
            AlertRule.All,
            rule => Assert.Contains($"### {rule.Name}\n\n{rule.Severity}", alerts, StringComparison.Ordinal));
    }

    [Fact]
    public void Rules_AreTheAlerts_EachWithAUnitTest()
    {
        string rules = RepositoryFiles.Read(Rules);
        Assert.Equal(s_alerts.Append("GatewayDown").Order(), RuleName().Matches(rules).Select(match => match.Groups[1].Value).Order());
        Assert.All(AlertRule.All, rule => Assert.Matches(
            $$"""
            alert: {{rule.Name}}\n[^#]*?severity: {{rule.Severity}} }\n[^#]*?docs/alerts.md#{{rule.Name.ToLowerInvariant()}}\n
            """,
            rules));
        string tests = RepositoryFiles.Read($"{Folder}/alerts.test.yml");
        Assert.All(s_alerts, name => Assert.Matches($@"alertname: {name}\n\s+eval_time: \S+\n\s+exp_alerts:", tests));
    }

    [Theory]
    [InlineData(Rules)]
    [InlineData($"{Folder}/alerts.test.yml")]
    [InlineData(Dashboard)]
    public void EveryMetric_Exists(string file)
    {
        HashSet<string> known = [.. s_ofOthers, .. Row().Matches(RepositoryFiles.Read("docs/metrics.md")).SelectMany(Names)];
        string[] named = [.. Metric().Matches(RepositoryFiles.Read(file)).Select(match => match.Value).Distinct()];
        Assert.True(named.Length > 10);
        Assert.All(named, name => Assert.Contains(name, known));
    }

    [Fact]
    public void Dashboard_HasPanelsWithTitles_InPlacesOfTheirOwn()
    {
        JsonElement[] panels = [.. Panels()];
        Assert.Distinct(panels.Select(panel => panel.GetProperty("id").GetInt32()));
        Assert.Distinct(panels.Select(panel => panel.GetProperty("title").GetString()));
        var taken = new HashSet<(int X, int Y)>();
        Assert.All(panels, panel =>
        {
            JsonElement place = panel.GetProperty("gridPos");
            (int x, int y) = (place.GetProperty("x").GetInt32(), place.GetProperty("y").GetInt32());
            (int w, int h) = (place.GetProperty("w").GetInt32(), place.GetProperty("h").GetInt32());
            Assert.InRange(x + w, 1, 24);
            Assert.All(
                from across in Enumerable.Range(x, w) from down in Enumerable.Range(y, h) select (across, down),
                cell => Assert.True(taken.Add(cell), $"{panel.GetProperty("title")} covers another panel"));
        });
    }

    [Fact]
    [Trait("Needs", "prometheus")]
    public async Task Promtool_AcceptsTheRules_TheirTests_AndEveryExpressionOfTheDashboard()
    {
        Assert.Equal("", await PrometheusProcess.CheckAsync("rules", RepositoryFiles.PathOf(Rules)));
        Assert.Equal("", await PrometheusProcess.CheckAsync("test", RepositoryFiles.PathOf($"{Folder}/alerts.test.yml")));

        string file = Path.GetTempFileName();
        IEnumerable<string> rules = Panels()
            .Where(panel => panel.TryGetProperty("targets", out _))
            .SelectMany(panel => panel.GetProperty("targets").EnumerateArray())
            .Select(target => target.GetProperty("expr").GetString()!.Replace("$__rate_interval", "5m", StringComparison.Ordinal))
            .Select((expression, i) => $"  - record: panel:{i}\n    expr: '{expression}'\n");
        await File.WriteAllTextAsync(file, $"groups:\n- name: panels\n  rules:\n{string.Concat(rules)}");
        Assert.Equal("", await PrometheusProcess.CheckAsync("rules", file));
        File.Delete(file);
    }

    private static IEnumerable<JsonElement> Panels() =>
        JsonDocument.Parse(RepositoryFiles.Read(Dashboard)).RootElement.GetProperty("panels").EnumerateArray();

    /// <summary>The names that an instrument has in Prometheus.</summary>
    private static IEnumerable<string> Names(Match row)
    {
        string unit = row.Groups["unit"].Value == "s" ? "_seconds" : "";
        string name = $"{row.Groups["name"].Value.Replace('.', '_')}{unit}";
        return row.Groups["kind"].Value switch
        {
            "Counter" => [$"{name}_total"],
            "Histogram" => [$"{name}_bucket", $"{name}_sum", $"{name}_count"],
            _ => [name],
        };
    }

    [GeneratedRegex(@"^\| `(?<name>[a-z_.]+)` \| (?<kind>\w+) \| `(?<unit>[^`]+)` \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"\b(?:snet_gateway|rpc|dotnet)_[a-z_]+")]
    private static partial Regex Metric();

    [GeneratedRegex(@"- alert: (\w+)")]
    private static partial Regex RuleName();
}
