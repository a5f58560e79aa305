using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using SnetGateway.Gateway.Alerts;
using SnetGateway.Gateway.Limits;
using SnetGateway.Gateway.Logging;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Gateway.Alerts;

/// <summary>Rules over the gateway's own counters, and over the number of errors that are logged.</summary>
public sealed class CounterAlertsTests : IDisposable
{
    private readonly TestTimeProvider _time = new();
    private readonly AlertOptions _options = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly IMeterFactory _meters;
    private readonly Meter _meter;
    private readonly CounterAlerts _alerts;

    public CounterAlertsTests()
    {
        _meters = _services.GetRequiredService<IMeterFactory>();
        _meter = _meters.Create("SnetGateway");
        _alerts = new CounterAlerts(_meters, _time);
    }

    public void Dispose()
    {
        _alerts.Dispose();
        _services.Dispose();
    }

    [Fact]
    public void ErrorRate_IsTheShareOfFailedCalls_OfThoseThatTheServiceGot()
    {
        Counter<long> calls = _meter.CreateCounter<long>("snet_gateway.paid_calls");
        Count(calls, "math", "settled", 190);
        Count(calls, "math", "refused", 10_000);
        Count(calls, "math", "client_disconnected", 10_000);
        Count(calls, "math", "service_failed", 9);
        Count(calls, "draw", "service_failed", 9); // all of them, but few
        Assert.Empty(_alerts.Find(_options));

        Count(calls, "math", "not_recorded", 1);
        AlertProblem problem = Assert.Single(_alerts.Find(_options));
        Assert.Equal(
            (AlertRule.ErrorRate, "math", "10 of 200 calls of route math failed in 5 minutes."),
            (problem.Rule, problem.Subject, problem.Summary));
        Count(calls, "math", "settled", 1);
        Assert.Empty(_alerts.Find(_options));
    }

    [Fact]
    public void RateLimitStorm_NamesTheLimit_AndIsOverAMinuteLater()
    {
        using var limits = new LimitMetrics(_meters);
        for (int i = 0; i < 600; i++)
        {
            limits.Refused("payer");
            limits.Refused("address");
        }

        limits.Begin("quiet");
        _options.RefusedPerMinute = 601;
        Assert.Empty(_alerts.Find(_options));
        limits.Refused("payer");
        Assert.Equal(
            (AlertRule.RateLimitStorm, "payer"), Assert.Single(_alerts.Find(_options).Select(problem => (problem.Rule, problem.Subject))));
        Pass(TimeSpan.FromSeconds(70));
        Assert.Empty(_alerts.Find(_options));
    }

    [Theory]
    [InlineData("snet_gateway.ledger.mismatches", "LedgerMismatch")]
    [InlineData("snet_gateway.ledger.not_written", "PaymentsNotRecorded")]
    [InlineData("snet_gateway.ledger.outcomes_unknown", "PaymentsNotRecorded")]
    [InlineData("snet_gateway.ledger.not_given_back", "LedgerIncomplete")]
    [InlineData("snet_gateway.ledger.journal.lost", "LedgerIncomplete")]
    [InlineData("snet_gateway.ledger.set_aside", "ReorganisationLoss")]
    [InlineData("snet_gateway.chain.reorganisation_losses", "ReorganisationLoss")]
    public void EventThatMustNeverHappen_IsAProblemForTenMinutes(string counter, string rule)
    {
        Assert.Contains($"\"{counter}\"", Code(), StringComparison.Ordinal);
        Counter<long> events = _meter.CreateCounter<long>(counter, "{payment}", "Lost payments.");
        events.Add(0);
        Assert.Empty(_alerts.Find(_options));
        events.Add(1);
        AlertProblem problem = Assert.Single(_alerts.Find(_options));
        Assert.Equal((rule, counter, "1 in 10 minutes of: Lost payments."), (problem.Rule.Name, problem.Subject, problem.Summary));
        Pass(TimeSpan.FromMinutes(9));
        Assert.Single(_alerts.Find(_options));
        Pass(TimeSpan.FromMinutes(3));
        Assert.Empty(_alerts.Find(_options));
    }

    [Fact]
    public void AmountThatIsLost_IsAProblem_AndCountsOnceForEachTime()
    {
        Counter<double> lost = _meter.CreateCounter<double>("snet_gateway.claims.lost", "{cog}", "Lost cogs.");
        lost.Add(0);
        Assert.Empty(_alerts.Find(_options));
        lost.Add(1e30);
        lost.Add(0.5);
        AlertProblem problem = Assert.Single(_alerts.Find(_options));
        Assert.Equal(
            (AlertRule.FundsTakenBack, "snet_gateway.claims.lost", "2 times in 10 minutes: Lost cogs."),
            (problem.Rule, problem.Subject, problem.Summary));
        Pass(TimeSpan.FromMinutes(12));
        Assert.Empty(_alerts.Find(_options));
    }

    [Fact]
    public void CountersOfAnotherGateway_AreNotCounted()
    {
        using ServiceProvider other = new ServiceCollection().AddMetrics().BuildServiceProvider();
        other.GetRequiredService<IMeterFactory>().Create("SnetGateway").CreateCounter<long>("snet_gateway.ledger.mismatches").Add(1);
        Assert.Empty(_alerts.Find(_options));
    }

    [Fact]
    public void ManyErrors_AreOneProblem_UntilFiveMinutesLater()
    {
        var errors = new ErrorEventCounter();
        var alerts = new ErrorEventAlerts(errors, _time);
        Assert.Empty(alerts.Find(_options));
        for (int i = 0; i < 100_000; i++)
        {
            errors.Emit(null!);
        }

        Assert.Equal("100000 errors were logged in 5 minutes.", Assert.Single(alerts.Find(_options)).Summary);
        Pass(TimeSpan.FromMinutes(6), alerts);
        Assert.Empty(alerts.Find(_options));
    }

    private static string Code() => string.Concat(RepositoryFiles.Find("src", ".cs").Select(RepositoryFiles.Read)
        .Where(text => text.Contains("CreateCounter", StringComparison.Ordinal)));

    private static void Count(Counter<long> calls, string route, string outcome, long number) =>
        calls.Add(number, new KeyValuePair<string, object?>("route", route), new KeyValuePair<string, object?>("outcome", outcome));

    /// <summary>Evaluates as the gateway does, until the time has passed.</summary>
    private void Pass(TimeSpan duration, IAlertSource? source = null)
    {
        for (TimeSpan passed = TimeSpan.Zero; passed < duration; passed += AlertWatch.Interval)
        {
            _time.Advance(AlertWatch.Interval);
            _ = (source ?? _alerts).Find(_options).Count();
        }
    }
}
