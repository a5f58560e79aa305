using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Gateway.Parsers;

/// <summary>Every parser of the wire under generated inputs. tests/campaigns/parsers.sh sends many millions.</summary>
[Trait("Needs", "time")]
public sealed class ParserTests(ITestOutputHelper output)
{
    private const long Inputs = 300_000;

    [Fact]
    public async Task GeneratedInputs_BreakNoParser_AndHangNone()
    {
        int seed = Seeds.Next(output.WriteLine);
        var lines = new List<string>();
        long sent = await Task.Run(() => ParserRun.Run(Inputs, seed, lines.Add)).WaitAsync(TimeSpan.FromMinutes(3));
        lines.ForEach(output.WriteLine);
        Assert.True(sent >= Inputs);
    }
}
