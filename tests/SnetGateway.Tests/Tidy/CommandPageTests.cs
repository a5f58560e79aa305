using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using SnetGateway.Gateway;
using SnetGateway.Gateway.Cli;
using SnetGateway.Gateway.PaidCalls;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Tidy;

/// <summary>What pages tell operators to type, and authors of clients to write, is what the code takes.</summary>
public sealed partial class CommandPageTests
{
    [Fact]
    public void CommandsOfThePages_AreAccepted()
    {
        var wrong = new List<string>();
        int count = 0;
        foreach (string page in RepositoryFiles.Find("docs", ".md").Concat(["README.md"]))
        {
            string text = RepositoryFiles.Read(page);
            string[] whole = [.. CommandsIn(BlocksOf(text).SelectMany(LinesOf))];
            string[] named = [.. CommandsIn(Inline().Matches(text).Select(code => code.Groups[1].Value.ReplaceLineEndings(" ")))];
            count += whole.Length + named.Length;
            wrong.AddRange(whole.SelectMany(ErrorsOf).Concat(named.SelectMany(ErrorsOf).Where(error => !IsIncomplete(error)))
                .Select(error => $"{page}: {error}"));
        }

        Assert.True(count > 40, $"{count} commands");
        Assert.Empty(wrong);
    }

    [Fact]
    public void ClientPage_HasTheKeysOfTheCode_AndTheSignaturesOfTheTestClients()
    {
        string page = RepositoryFiles.Read("docs/paying.md");
        string[] keys =
        [
            PaymentMetadata.Type, PaymentMetadata.ChannelId, PaymentMetadata.ChannelNonce, PaymentMetadata.ChannelAmount,
            PaymentMetadata.ChannelSignature,
        ];
        Assert.Equal(keys, KeyRow().Matches(page).Select(row => row.Groups[1].Value));
        string example = Assert.Single(Example().Matches(page)).Groups[1].Value;
        Assert.Contains(example.Trim(), RepositoryFiles.Read("tests/clients/node/keys.mjs"), StringComparison.Ordinal);
    }

    private static IEnumerable<string> ErrorsOf(string command) =>
        new CommandLine(new Terminal(TextReader.Null, TextWriter.Null, TextWriter.Null), GatewayApp.Build)
            .Parse([.. CommandLineParser.SplitCommandLine(command)]).Errors.Select(error => $"{command}: {error.Message}");

    /// <summary>A sentence may name a command without all that it needs.</summary>
    private static bool IsIncomplete(string error) => error.Contains("equired", StringComparison.Ordinal);

    /// <summary>Those of a shell: marked as such, or not marked.</summary>
    private static IEnumerable<string> BlocksOf(string page) =>
        Block().Matches(page).Where(block => block.Groups[1].Value is "" or "sh").Select(block => block.Groups[2].Value);

    private static string[] LinesOf(string block) =>
        [.. Continued().Replace(block, " ").Split('\n').Select(line => Comment().Replace(line, ""))];

    /// <summary>The arguments of each call of the gateway.</summary>
    private static IEnumerable<string> CommandsIn(IEnumerable<string> lines) => lines
        .SelectMany(line => Separator().Split(line))
        .Select(command => Invocation().Match(command))
        .Where(match => match.Success)
        .Select(match => match.Groups[1].Value);

    [GeneratedRegex(@"^ *```(\w*)\n(.*?)^ *```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Block();

    [GeneratedRegex(@"\\\n")]
    private static partial Regex Continued();

    [GeneratedRegex(@"\s#.*")]
    private static partial Regex Comment();

    [GeneratedRegex(@"(?<!`)`((?:sudo )?snet-gateway [^`]+)`")]
    private static partial Regex Inline();

    [GeneratedRegex(@";|&&|\|| > ")]
    private static partial Regex Separator();

    [GeneratedRegex(@"^\s*(?:sudo )?(?:[\w./-]*/)?snet-gateway((?: .*)?)$")]
    private static partial Regex Invocation();

    [GeneratedRegex(@"^\| `(snet-[a-z-]+)` \|", RegexOptions.Multiline)]
    private static partial Regex KeyRow();

    [GeneratedRegex(@"```js\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Example();
}
