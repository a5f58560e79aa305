using SnetGateway.Gateway.Dashboard;
using SnetGateway.Gateway.PaidCalls;
using SnetGateway.Payments.Refusal;
using Xunit;

namespace SnetGateway.Tests.Gateway.Dashboard;

/// <summary>What the dashboard says of the checks of a refused call.</summary>
public sealed class CheckStoryTests
{
    public static TheoryData<string> Reasons =>
        [.. Enum.GetValues<RefusalReason>().Select(PaidCallMetrics.NameOf), "no_grpc_call", "no_service", "paused"];

    [Theory]
    [MemberData(nameof(Reasons))]
    public void EachReason_HasOneCheckThatRefused_AndTheRestWasNotReached(string reason)
    {
        IReadOnlyList<CheckResult> checks = CheckStory.Of(reason);
        int refused = checks.ToList().FindIndex(check => check.Outcome == CheckOutcome.Refused);
        Assert.True(refused >= 0, $"{reason} is of no check");
        Assert.All(checks.Take(refused), check => Assert.True(check.Outcome is CheckOutcome.Passed or CheckOutcome.NotKnown));
        Assert.All(checks.Skip(refused + 1), check => Assert.Equal(CheckOutcome.NotReached, check.Outcome));
    }

    [Fact]
    public void Fault_IsNoCheck() => Assert.Empty(CheckStory.Of("fault"));

    [Fact]
    public void Busy_SaysNotOfTheChecksThatMayRunBehindIt_ThatTheyPassed()
    {
        IReadOnlyList<CheckResult> checks = CheckStory.Of("busy");
        Assert.Equal(CheckOutcome.Passed, Outcome("The channel holds the signed amount"));
        Assert.Equal(CheckOutcome.NotKnown, Outcome("The budgets have room for the price"));

        CheckOutcome Outcome(string name) => checks.Single(check => check.Name == name).Outcome;
    }
}
