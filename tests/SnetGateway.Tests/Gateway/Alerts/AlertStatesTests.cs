using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using SnetGateway.Gateway.Alerts;
using SnetGateway.Gateway.Hooks;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Gateway.Alerts;

/// <summary>When an alert is sent, with a clock that the test moves.</summary>
public sealed class AlertStatesTests : IDisposable
{
    private static readonly TimeSpan s_tick = TimeSpan.FromSeconds(5);

    private readonly TestTimeProvider _time = new();
    private readonly AlertOptions _options = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly AlertMetrics _metrics;
    private readonly AlertStates _states;

    public AlertStatesTests()
    {
        _metrics = new AlertMetrics(_services.GetRequiredService<IMeterFactory>());
        _states = new AlertStates(_metrics, _time);
    }

    public void Dispose()
    {
        _metrics.Dispose();
        _services.Dispose();
    }

    [Fact]
    public void Problem_ThatLasts_IsSentOnce_AndOnceMoreWhenItHasEnded()
    {
        DateTimeOffset start = _time.GetUtcNow();
        List<HookAlert> sent = Run(seconds: 3_600, Down("math"));
        HookAlert alert = Assert.Single(sent);
        Assert.Equal(
            ("ServiceDown", "critical", "math", start, null), (alert.Name, alert.Severity, alert.Subject, alert.StartsAt, alert.EndsAt));
        Assert.True(Assert.Single(_states.Current).IsFiring);

        Assert.Empty(Run(seconds: 55));
        HookAlert end = Assert.Single(Run(seconds: 10));
        Assert.Equal(("ServiceDown", "math", start), (end.Name, end.Subject, end.StartsAt));
        Assert.Equal(start.AddSeconds(3_600 + 60), end.EndsAt!.Value, s_tick);
        Assert.Empty(_states.Current);
        Assert.Empty(Run(seconds: 3_600));
    }

    [Fact]
    public void Problem_ThatIsGoneSoon_IsNotSent()
    {
        Assert.Empty(Run(seconds: 25, Down("math")));
        Assert.False(Assert.Single(_states.Current).IsFiring);
        Assert.Empty(Run(seconds: 5));
        Assert.Empty(Run(seconds: 25, Down("math")));
        Assert.Single(Run(seconds: 10, Down("math")));
    }

    [Fact]
    public void Problem_ThatComesAndGoes_IsOneAlert()
    {
        Assert.Single(Run(seconds: 40, Down("math")));
        for (int i = 0; i < 100; i++)
        {
            Assert.Empty(Run(seconds: 50));
            Assert.Empty(Run(seconds: 5, Down("math")));
        }
    }

    [Fact]
    public void Count_IsSentImmediately()
    {
        HookAlert alert = Assert.Single(Run(seconds: 0, Down("math") with { IsCount = true }));
        Assert.Null(alert.EndsAt);
    }

    [Fact]
    public void Alert_ThatLasts_IsSentAgain_WithItsNewestText()
    {
        _options.Repeat = TimeSpan.FromHours(1);
        Assert.Single(Run(seconds: 40, Down("math")));
        HookAlert again = Assert.Single(Run(seconds: 3_600, Down("math") with { Summary = "Still." }));
        Assert.Equal("Still.", again.Summary);
        _options.Repeat = TimeSpan.Zero;
        Assert.Empty(Run(seconds: 100_000, Down("math")));
    }

    [Fact]
    public void SilencedAlert_IsNotSent_UntilTheSilenceEnds()
    {
        _options.Silences["work"] = new() { Until = "2026-01-01T01:00:00Z", Alert = "Service*", Subject = "ma*" };
        HookAlert other = Assert.Single(Run(seconds: 1_800, Down("math"), Down("draw")));
        Assert.Equal("draw", other.Subject);
        Assert.Equal("work", Assert.Single(_states.Current, alert => alert.Problem.Subject == "math").Silence);
        HookAlert late = Assert.Single(Run(seconds: 1_810, Down("math"), Down("draw")));
        Assert.Equal(("math", new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)), (late.Subject, late.StartsAt));
    }

    [Fact]
    public void SilencedAlert_ThatEnds_IsReported_OnlyIfItsBeginningWas()
    {
        Assert.Single(Run(seconds: 40, Down("math")));
        _options.Silences["work"] = new() { Until = "2026-01-02T00:00:00+01:00" };
        Assert.Empty(Run(seconds: 40, Down("math"), Down("draw")));
        HookAlert end = Assert.Single(Run(seconds: 70));
        Assert.Equal(("math", true), (end.Subject, end.EndsAt is not null));
    }

    [Fact]
    public void RuleThatIsTurnedOff_RaisesNothing_AndItsAlertsEnd()
    {
        Assert.Single(Run(seconds: 40, Down("math")));
        _options.Off = ["ServiceDown"];
        Assert.NotNull(Assert.Single(Run(seconds: 70, Down("math"))).EndsAt);
        Assert.Empty(Run(seconds: 70, Down("math")));
    }

    [Fact]
    public void StormOfSubjects_IsABoundedNumberOfAlerts_WithASummary()
    {
        AlertProblem[] storm = [.. Enumerable.Range(0, 100_000).Select(i => Down($"service{i}"))];
        Assert.Single(Run(seconds: 40, Down("service99999")));
        List<HookAlert> sent = Run(seconds: 40, storm);
        Assert.Equal(AlertStates.MaxSubjects, sent.Count); // the known one was sent before
        HookAlert others = Assert.Single(sent, alert => alert.Subject == AlertStates.Others);
        Assert.Equal("99900 more like these.", others.Summary);
        Assert.Equal(AlertStates.MaxSubjects + 1, _states.Current.Count);
        Assert.Contains(_states.Current, alert => alert.Problem.Subject == "service99999");
    }

    [Fact]
    public void TimeOfDay_ThatIsSetForward_RaisesNothing()
    {
        Assert.Empty(Run(seconds: 5, Down("math")));
        _time.SetBy = TimeSpan.FromDays(1);
        Assert.Empty(Run(seconds: 5, Down("math")));
    }

    private static AlertProblem Down(string service) => new(AlertRule.ServiceDown, service, "No instance is healthy.");

    /// <summary>Evaluates as the gateway does, until the time has passed.</summary>
    private List<HookAlert> Run(int seconds, params AlertProblem[] problems)
    {
        List<HookAlert> sent = [.. _states.Update(problems, _options)];
        for (int passed = 0; passed < seconds; passed += (int)s_tick.TotalSeconds)
        {
            _time.Advance(s_tick);
            sent.AddRange(_states.Update(problems, _options));
        }

        return sent;
    }
}
