using System.Globalization;
using System.Reflection;
using System.Text;
using Microsoft.Extensions.Logging;
using SnetGateway.Gateway.PaidCalls;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Tidy;

/// <summary>
/// docs/events.md lists every log event as the code has it. The last column is written by hand and kept by the event's id;
/// SNET_UPDATE_FILES=1 writes the others.
/// </summary>
public sealed class EventPageTests
{
    private const string Page = "docs/events.md";
    private const string TableHead = "| id | name | level | message | what to do |";

    private static readonly (int First, int Last, string Title)[] s_blocks =
    [
        (1000, 1999, "The process, its listeners and its configuration"),
        (2000, 2999, "Paid calls"),
        (3000, 3999, "The payment core"),
        (4000, 4999, "The chain"),
        (5000, 5999, "Backends"),
        (6000, 6999, "The gateway's own services and heartbeats"),
        (7000, 7999, "Stores"),
    ];

    [Fact]
    public void Events_HaveUniqueIdsAndNames()
    {
        LoggerMessageAttribute[] events = [.. Events()];
        Assert.True(events.Length > 70);
        Assert.Empty(events.GroupBy(e => e.EventId).Where(same => same.Count() > 1).Select(same => same.Key));
        Assert.Empty(events.GroupBy(e => e.EventName).Where(same => same.Key is null || same.Count() > 1).Select(same => same.Key));
    }

    [Fact]
    public void Page_ListsEveryEvent_AndSaysWhatToDo()
    {
        string page = RepositoryFiles.Read(Page);
        Dictionary<int, string> advice = AdviceIn(page);
        StringBuilder expected = new StringBuilder(page[..page.IndexOf("\n## ", StringComparison.Ordinal)].TrimEnd()).Append('\n');
        foreach ((int first, int last, string title) in s_blocks)
        {
            expected.Append(CultureInfo.InvariantCulture, $"\n## {title}\n\n{TableHead}\n|---|---|---|---|---|\n");
            foreach (LoggerMessageAttribute e in Events().Where(e => e.EventId >= first && e.EventId <= last).OrderBy(e => e.EventId))
            {
                expected.Append(
                    CultureInfo.InvariantCulture,
                    $"| {e.EventId} | {e.EventName} | {e.Level} | "
                    + $"{e.Message!.Replace("|", "\\|", StringComparison.Ordinal).ReplaceLineEndings(" ")} | "
                        + $"{advice.GetValueOrDefault(e.EventId)} |\n");
            }
        }

        GeneratedFile.AssertSame(Page, expected.ToString());
        Assert.Empty(Events().Where(e => e.Level >= LogLevel.Warning && !advice.ContainsKey(e.EventId))
            .Select(e => $"{e.EventId} {e.EventName} {e.Level}: {e.Message}"));
    }

    private static Dictionary<int, string> AdviceIn(string page) => page.Split('\n')
        .Select(line => line.Replace("\\|", "\u0001", StringComparison.Ordinal).Split('|'))
        .Where(cells => cells.Length == 7
            && int.TryParse(cells[1], CultureInfo.InvariantCulture, out _)
            && !string.IsNullOrWhiteSpace(cells[5]))
        .ToDictionary(
            cells => int.Parse(cells[1], CultureInfo.InvariantCulture),
            cells => cells[5].Trim().Replace("\u0001", "\\|", StringComparison.Ordinal));

    private static IEnumerable<LoggerMessageAttribute> Events() =>
        from known in (Type[])[typeof(PaidCallLog), typeof(SnetGateway.Ethereum.ChainOptions), typeof(SnetGateway.Storage.LedgerOptions)]
        from type in known.Assembly.GetTypes()
        from method in type.GetMethods(
            BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
        let attribute = method.GetCustomAttribute<LoggerMessageAttribute>()
        where attribute is not null
        select attribute;
}
