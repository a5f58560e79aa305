using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using SnetGateway.Gateway.Alerts;
using SnetGateway.Gateway.Hooks;
using SnetGateway.Gateway.Hosting;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Gateway.Alerts;

/// <summary>From the sources to the queues of hooks.</summary>
public sealed class AlertWatchTests
{
    [Fact]
    public void SourceThatThrows_KeepsItsAlerts_AndTheOthersWork()
    {
        var time = new TestTimeProvider();
        using ServiceProvider services = new ServiceCollection().AddMetrics().AddOptions().BuildServiceProvider();
        using var metrics = new AlertMetrics(services.GetRequiredService<IMeterFactory>());
        var hooks = new HookQueues(new Dictionary<string, HookOptions> { ["one"] = new(), ["two"] = new() { Level = LogLevel.None } });
        Scripted first = new() { Finds = AlertRule.StoreFailing }, second = new();
        var states = new AlertStates(metrics, time);
        using var watch = new AlertWatch(
            [first, second], states, hooks, services.GetRequiredService<IOptionsMonitor<AlertOptions>>(), new CommonTimer(time),
            NullLogger<AlertWatch>.Instance);
        var options = new AlertOptions { After = TimeSpan.Zero, ResolveAfter = TimeSpan.Zero };

        watch.Evaluate(options);
        Assert.All(hooks.ByName.Values, hook => Assert.Equal("StoreFailing", Assert.Single(hook.Take().Alerts).Name));
        first.Throws = true;
        second.Finds = AlertRule.ChainStale;
        time.Advance(AlertWatch.Interval);
        watch.Evaluate(options);
        Assert.All(hooks.ByName.Values, hook => Assert.Equal("ChainStale", Assert.Single(hook.Take().Alerts).Name));
        Assert.Equal(2, states.Current.Count);
        (first.Throws, first.Finds) = (false, null);
        time.Advance(AlertWatch.Interval);
        watch.Evaluate(options);
        Assert.All(hooks.ByName.Values, hook => Assert.NotNull(Assert.Single(hook.Take().Alerts).EndsAt));
    }

    private sealed class Scripted : IAlertSource
    {
        public AlertRule? Finds { get; set; }

        public bool Throws { get; set; }

        public IEnumerable<AlertProblem> Find(AlertOptions options)
        {
            if (Throws)
            {
                throw new InvalidOperationException("as a test wants");
            }

            return Finds is { } rule ? [new AlertProblem(rule, "", "It is wrong.")] : [];
        }
    }
}
