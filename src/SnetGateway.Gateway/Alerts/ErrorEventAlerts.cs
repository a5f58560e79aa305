using SnetGateway.Gateway.Logging;

namespace SnetGateway.Gateway.Alerts;

/// <summary>Many errors are logged.</summary>
internal sealed class ErrorEventAlerts(ErrorEventCounter errors, TimeProvider time) : IAlertSource
{
    private readonly WindowCount _lately = new(CounterAlerts.ErrorTime, time);
    private long _counted;

    public IEnumerable<AlertProblem> Find(AlertOptions options)
    {
        long all = errors.Count;
        _lately.Add(all - _counted);
        _counted = all;
        return _lately.Lately() is var events && events >= options.ErrorEvents
            ? [new AlertProblem(AlertRule.ErrorEvents, "", $"{events} errors were logged in 5 minutes.") { IsCount = true }]
            : [];
    }
}
