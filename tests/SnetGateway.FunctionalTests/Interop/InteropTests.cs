using Xunit;

namespace SnetGateway.FunctionalTests.Interop;

/// <summary>gRPC's interoperability cases through the gateway: no client may notice it.</summary>
[Collection(InteropFixture.Collection)]
[Trait("Needs", "chain")]
public sealed class InteropTests(InteropFixture market)
{
    public static TheoryData<InteropStack, bool, bool> Ways()
    {
        var data = new TheoryData<InteropStack, bool, bool>();
        foreach (InteropStack stack in Enum.GetValues<InteropStack>())
        {
            foreach (bool paid in (bool[])[true, false])
            {
                data.Add(stack, paid, false);
                data.Add(stack, paid, true);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task AllCases_AsIfThereWereNoGateway(InteropStack stack, bool paid, bool tls)
    {
        IReadOnlyDictionary<string, string?> results = await market.RunAsync(stack, paid, tls);
        string[] problems = [.. results.Where(result => result.Value is not null).Select(result => $"{result.Key}: {result.Value}")];
        Assert.True(problems.Length == 0, string.Join('\n', [.. problems, "The gateway said:", .. market.RecentLog(tls)]));
        Assert.Equal(InteropCases.All.Order(), results.Keys.Order());
    }
}
