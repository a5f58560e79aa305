using System.Text.RegularExpressions;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Tidy;

/// <summary>What no source file of the product may hold, and what each must.</summary>
public sealed partial class SourceTests
{
    private static readonly Dictionary<string, string> s_banned = new()
    {
        [@"\bDateTime(Offset)?\.(UtcNow|Now)\b"] = "time comes from TimeProvider",
        [@"\bThread\.Sleep\b"] = "nothing sleeps on a thread",
        [@"\bTask\.Run\b"] = "work goes on where it is, or has an owner",
        [@"\basync void\b"] = "its exceptions end the process",
        [@"\.GetAwaiter\(\)\.GetResult\(\)"] = "blocking waits starve the pool",
        [@"\bnew Random\("] = "chance is passed in",
        [@"\bNotImplementedException\b"] = "left over",
        [@"\b(TODO|FIXME|HACK|XXX)\b"] = "left over",
    };

    /// <summary>Files that may block, each with its reason.</summary>
    private static readonly Dictionary<string, string> s_excused = [];

    [Fact]
    public void SourceFiles_HoldNothingThatIsBanned()
    {
        var found = new List<string>();
        foreach (string file in RepositoryFiles.Find("src", ".cs").Where(file => !s_excused.ContainsKey(file)))
        {
            string text = RepositoryFiles.Read(file);
            found.AddRange(s_banned.Where(rule => Regex.IsMatch(text, rule.Key)).Select(rule => $"{file}: {rule.Key} ({rule.Value})"));
        }

        Assert.Empty(found);
    }

    /// <summary>
    /// A test is skipped only while it runs, when the machine refuses what the test needs; the run reports it with the reason. These files
    /// may do that.
    /// </summary>
    [Fact]
    public void TestFiles_NeitherSleepNorSkip()
    {
        // a mount; systemd-analyze; an immutable file
        string[] mayBeRefused =
        [
            "tests/SnetGateway.TestKit/SmallDisk.cs", "tests/SnetGateway.Tests/Gateway/Configuration/DeployFileTests.cs",
            "tests/SnetGateway.Tests/Storage/JournalTests.cs",
        ];
        List<string> found = [], skips = [];
        foreach (string file in RepositoryFiles.Find("tests", ".cs")
            .Where(file => !file.EndsWith("SourceTests.cs", StringComparison.Ordinal)))
        {
            string text = RepositoryFiles.Read(file);
            if (text.Contains("Thread.Sleep", StringComparison.Ordinal) || SkipAttribute().IsMatch(text))
            {
                found.Add(file);
            }

            if (text.Contains("Assert.Skip", StringComparison.Ordinal))
            {
                skips.Add(file);
            }
        }

        Assert.Empty(found);
        Assert.Equal(mayBeRefused, skips.Order(StringComparer.Ordinal));
    }

    /// <summary>
    /// A test that needs a disk is skipped without one: what it checks must then be checked by a test that runs everywhere, or be listed
    /// here.
    /// </summary>
    [Fact]
    public void TestsThatNeedADisk_NameATestThatRunsInTheirPlace()
    {
        string[] withoutOne = ["tests/SnetGateway.Tests/Storage/SqliteFaultTests.cs: null"]; // a file system that cannot be written
        int asked = 0;
        var found = new List<string>();
        foreach (string file in RepositoryFiles.Find("tests", ".cs")
            .Where(file => !file.EndsWith("SmallDisk.cs", StringComparison.Ordinal)))
        {
            string text = RepositoryFiles.Read(file);
            HashSet<string> tests = [.. RuleTests.TestsIn(text)];
            string[] standIns = [.. DiskAsked().Matches(text).Select(match => match.Groups[1].Value)];
            asked += standIns.Length;
            found.AddRange(standIns.Where(standIn => !tests.Contains(standIn)).Select(standIn => $"{file}: {standIn}"));
        }

        Assert.True(asked >= 4);
        Assert.Equal(withoutOne, found);
    }

    [Fact]
    public void EventIds_AreUsedOnce()
    {
        IEnumerable<(string Id, string File)> ids = RepositoryFiles.Find("src", ".cs")
            .SelectMany(file => EventId().Matches(RepositoryFiles.Read(file)).Select(match => (match.Groups[1].Value, file)));
        Assert.Empty(
            ids.GroupBy(id => id.Id).Where(group => group.Count() > 1).Select(group => $"{group.Key}: {string.Join(", ", group)}"));
    }

    /// <summary>Operators filter and alert by name, and the name does not change when a text does.</summary>
    [Fact]
    public void Events_EachHaveANameOfTheirOwn()
    {
        (string File, string Attribute, string Name)[] events =
        [
            .. RepositoryFiles.Find("src", ".cs").SelectMany(file => LoggerMessageAttribute().Matches(RepositoryFiles.Read(file))
                .Select(match => (file, match.Value, EventName().Match(match.Value).Groups[1].Value))),
        ];
        Assert.NotEmpty(events);
        Assert.Empty(events.Where(logged => logged.Name.Length == 0).Select(logged => $"{logged.File}: {logged.Attribute}"));
        Assert.Empty(events.GroupBy(logged => logged.Name).Where(group => group.Count() > 1)
            .Select(group => $"{group.Key}: {string.Join(", ", group.Select(logged => logged.File))}"));
    }

    [Fact]
    public void TrackedText_NamesNoMachineAndNoRegistry()
    {
        var found = new List<string>();
        string[] folders = ["src", "tests", "samples", "deploy", "docs", "appsettings", ".ci"];
        foreach (string file in folders
            .SelectMany(folder => RepositoryFiles.Find(folder, ".cs", ".md", ".sh", ".mjs", ".py", ".json", ".csproj", ".proto", "run"))
                .Append("README.md").Where(
                    file => File.Exists(RepositoryFiles.PathOf(file)) && !file.EndsWith("SourceTests.cs", StringComparison.Ordinal)))
        {
            if (MachineName().IsMatch(RepositoryFiles.Read(file)))
            {
                found.Add(file);
            }
        }

        Assert.Empty(found);
    }

    [Fact]
    public void EachSourceProject_HasOnePageThatTellsWhatLivesThere()
    {
        foreach (string project in RepositoryFiles.Find("src", ".csproj"))
        {
            Assert.True(File.Exists(RepositoryFiles.PathOf(Path.Combine(Path.GetDirectoryName(project)!, "README.md"))), project);
        }
    }

    [GeneratedRegex(@"SmallDisk\.MountOrSkip\([^;]*?standIn: (?:nameof\()?(\w+)")]
    private static partial Regex DiskAsked();

    /// <summary>As far as the message, which may hold anything.</summary>
    [GeneratedRegex(@"\[LoggerMessage\((?:(?!Message\s*=)[^\]])*")]
    private static partial Regex LoggerMessageAttribute();

    [GeneratedRegex(@"EventName\s*=\s*""(\w+)""")]
    private static partial Regex EventName();

    [GeneratedRegex(@"\bSkip(Unless|When|Type|Exceptions)? =")]
    private static partial Regex SkipAttribute();

    [GeneratedRegex(@"EventId\s*=\s*(\d+)")]
    private static partial Regex EventId();

    [GeneratedRegex(@"(^|[\s""'(=])/(work|root|tmp/bash_jobs)/|registry\.npmjs|api\.nuget|deb\.debian")]
    private static partial Regex MachineName();
}
