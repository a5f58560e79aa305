using SnetGateway.Gateway.Catalog;
using SnetGateway.Gateway.Limits;
using SnetGateway.Gateway.Validation;
using Xunit;

namespace SnetGateway.Tests.Gateway.Limits;

public sealed class LimitRulesTests
{
    [Fact]
    public void RightLimits_HaveNoErrors()
    {
        LimitOptions options = With(new RateOptions { Calls = 5, Service = "draw", Per = "payer", Shared = true });
        options.Rates["address"] = new RateOptions { Per = "address", Calls = 1, Burst = 5, Running = 1 };
        options.Budgets["day"] = new BudgetOptions { Cogs = "1000", Service = "draw" };
        Assert.Empty(Check(options));
    }

    [Fact]
    public void RateOfNothing_IsAnError() => Expect(new RateOptions(), ":Calls");

    [Fact]
    public void UnknownService_IsAnError() => Expect(new RateOptions { Calls = 1, Service = "drow" }, ":Service");

    [Fact]
    public void BurstWithoutCalls_IsAnError() => Expect(new RateOptions { Running = 1, Burst = 1 }, ":Burst");

    [Fact]
    public void BurstOfASharedRate_IsAnError() => Expect(new RateOptions { Calls = 1, Burst = 1, Shared = true }, ":Burst");

    [Fact]
    public void SharedRateByAddress_IsAnError() => Expect(new RateOptions { Calls = 1, Per = "address", Shared = true }, ":Shared");

    [Fact]
    public void BudgetOfAnUnknownService_IsAnError()
    {
        var options = new LimitOptions();
        options.Budgets["day"] = new BudgetOptions { Cogs = "1000", Service = "drow" };
        Assert.Equal("SnetGateway:Limits:Budgets:day:Service", Assert.Single(Check(options)).Path);
    }

    private static void Expect(RateOptions rate, string key) =>
        Assert.Equal($"SnetGateway:Limits:Rates:one{key}", Assert.Single(Check(With(rate))).Path);

    private static LimitOptions With(RateOptions rate)
    {
        var options = new LimitOptions();
        options.Rates["one"] = rate;
        return options;
    }

    private static IReadOnlyList<ConfigurationError> Check(LimitOptions options)
    {
        var errors = new ErrorList();
        LimitRules.Check(options, new Dictionary<string, ServiceOptions> { ["draw"] = new() }, errors);
        return errors.All;
    }
}
