using SnetGateway.Gateway.Claims;
using SnetGateway.Gateway.Reports;
using SnetGateway.Payments.Claims.Sending;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Gateway.Claims;

/// <summary>What the commands and the dashboard show of transactions that have ended.</summary>
public sealed class FinishedClaimsTests
{
    private static readonly Address s_payee = Address.Parse("0x3000000000000000000000000000000000000003");
    private static readonly Address s_other = Address.Parse("0x4000000000000000000000000000000000000004");

    [Fact]
    public void NewestOfEachPayee_AreKept_TheNewestFirst()
    {
        var time = new TestTimeProvider();
        var finished = new FinishedClaims(time);
        Assert.Empty(finished.Of(s_payee));
        for (ulong number = 0; number < 25; number++)
        {
            finished.Add(s_payee, new ClaimBatch(number, [], 21_000, 0, []), new BatchOutcome(BatchEnd.Paid, null, 1, 1, number));
            time.Advance(TimeSpan.FromSeconds(1));
        }

        finished.Add(s_other, new ClaimBatch(7, [], 21_000, 0, []), default);
        IReadOnlyList<FinishedBatch> all = finished.Of(s_payee);
        Assert.Equal(
            Enumerable.Range(0, FinishedClaims.Kept).Select(index => 24 - (ulong)index), all.Select(one => one.AccountNonce));
        Assert.Equal((24UL, time.GetUtcNow() - TimeSpan.FromSeconds(1)), (all[0].Outcome.Cogs.ToUInt64Saturating(), all[0].At));
        Assert.Equal(7UL, Assert.Single(finished.Of(s_other)).AccountNonce);
    }

    [Theory]
    [InlineData("paid", "paid")]
    [InlineData("notWorthItsGas", "not worth its gas")]
    public void Names_AreWords(string name, string words) => Assert.Equal(words, ClaimText.Words(name));
}
