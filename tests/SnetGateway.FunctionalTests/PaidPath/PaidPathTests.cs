using System.Text.RegularExpressions;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.FunctionalTests.Crashes;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.FunctionalTests.Market;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Market;
using Xunit;

namespace SnetGateway.FunctionalTests.PaidPath;

/// <summary>The list of a paid call in docs/architecture.md names the files that one paid call executes, and is short.</summary>
[Collection(DevChainFixture.Collection)]
[Trait("Needs", "chain")]
public sealed partial class PaidPathTests(DevChainFixture fixture, ITestOutputHelper output)
{
    private const ulong Price = 10;
    private const int MaxFiles = 32;
    private const int MaxLines = 300;
    private static readonly byte[] s_say = Wire.Frame([0x0A, 0x01, (byte)'x']); // example.EchoRequest: text "x"

    [Fact]
    public async Task PaidCall_ExecutesTheFilesOnTheList()
    {
        using var instrumented = new InstrumentedGateway("snet-gateway", "SnetGateway.Payments", "SnetGateway.GrpcWire");
        DevChain chain = fixture.Chain;
        await using ExampleServiceProcess service = await ExampleServiceProcess.StartAsync(ExampleLanguage.CSharp);
        await using GatewayProcess gateway = await GatewayProcess.StartAsync(
            new GatewaySettings(chain.State, new MarketService("echo", service.Address) { Price = (long)Price })
            {
                Binary = instrumented.Binary,
                Environment = instrumented.Environment,
            });
        var requests = new PaidRequests(
            PrivateKey.Parse(chain.State.Accounts["signer"].PrivateKey),
            Address.Parse(chain.State.MultiPartyEscrow.ToLowerInvariant()),
            new ChannelId((ulong)(await chain.OpenChannelAsync(1_000_000)).Id),
            await chain.GetBlockNumberAsync());
        using var http = new ClientHttp();
        ulong amount = 0;
        for (int call = 0; call < 20; call++)
        {
            await PayAsync();
        }

        // Background work marks its files too, but not between the same two moments each time.
        HashSet<string>? executed = null;
        for (int round = 0; round < 10; round++)
        {
            instrumented.Clear();
            await PayAsync();
            executed = executed is null ? [.. instrumented.ExecutedFiles()] : [.. executed.Intersect(instrumented.ExecutedFiles())];
        }

        executed!.RemoveWhere(file => LogOrMetrics().IsMatch(file));
        foreach (string file in executed.Order())
        {
            output.WriteLine(file);
        }

        string page = File.ReadAllText(RepositoryFiles.PathOf("docs/architecture.md"));
        string[] path = FilesIn(page, "## A paid call, file by file");
        string[] formats = FilesIn(page, "### Values and formats on the way");
        Assert.Equal(executed.Order(), path.Concat(formats).Order());
        Assert.True(path.Length <= MaxFiles, $"{path.Length} files");
        Assert.All(path.Concat(formats), file => Assert.True(
            File.ReadLines(RepositoryFiles.PathOf(file)).Count() <= MaxLines, $"{file} has more than {MaxLines} lines"));

        async Task PayAsync()
        {
            amount += Price;
            using HttpResponseMessage response = await http.SendAsync(
                requests.Call(new Uri($"http://{gateway.Endpoint}"), "Say", s_say, amount), CancellationToken.None).WithTimeout();
            Assert.NotEmpty(await response.Content.ReadAsByteArrayAsync().WithTimeout());
            Assert.Equal(("0", ""), PaidRequests.StatusOf(response));
        }
    }

    /// <summary>The source files that a section of the page links to, each once.</summary>
    private static string[] FilesIn(string page, string heading)
    {
        int start = page.IndexOf(heading, StringComparison.Ordinal);
        Assert.True(start >= 0, $"docs/architecture.md has no section '{heading}'");
        int end = page.IndexOf("\n#", start + heading.Length, StringComparison.Ordinal);
        return [.. SourceLink().Matches(page[start..(end < 0 ? page.Length : end)]).Select(match => match.Groups[1].Value).Distinct()];
    }

    [GeneratedRegex(@"\(\.\./(src/[^)#]+\.cs)\)")]
    private static partial Regex SourceLink();

    [GeneratedRegex(@"(Log|Metrics|Spans|PaymentEvents|(Alerts|Usage)/\w+)\.cs$")]
    private static partial Regex LogOrMetrics();
}
