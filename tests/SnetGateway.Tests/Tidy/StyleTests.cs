using System.Text.RegularExpressions;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Tidy;

/// <summary>The part of the code style that no analyzer checks; the rest is in .editorconfig.</summary>
public sealed partial class StyleTests
{
    private const int MaxLineLength = 140;
    private const string Raw = "\"\"\"";

    /// <summary>Lines of a raw string literal may be longer: they are SQL, JSON or a page, whose line breaks have a meaning.</summary>
    [Fact]
    public void Lines_AreNotTooLong()
    {
        var found = new List<string>();
        foreach (string file in CodeFiles())
        {
            bool isRaw = false;
            foreach ((int index, string line) in RepositoryFiles.Read(file).Split('\n').Index())
            {
                if (line.Length > MaxLineLength && !isRaw)
                {
                    found.Add($"{file}:{index + 1}: {line.Length} characters, at most {MaxLineLength} are allowed");
                }

                isRaw = isRaw ? !line.TrimStart().StartsWith(Raw, StringComparison.Ordinal) : RawStringBegins().IsMatch(line);
            }
        }

        Assert.True(found.Count == 0, string.Join('\n', found));
    }

    [Fact]
    public void Files_DoNotBeginWithAnEmptyLine() =>
        Assert.DoesNotContain(CodeFiles(), file => RepositoryFiles.Read(file).StartsWith('\n'));

    private static IEnumerable<string> CodeFiles() =>
        new[] { "src", "tests", "samples" }.SelectMany(folder => RepositoryFiles.Find(folder, ".cs"));

    [GeneratedRegex("""^([^"]|"(?!""))*"{3}$""")]
    private static partial Regex RawStringBegins();
}
