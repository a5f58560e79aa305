using Microsoft.Extensions.Options;
using SnetGateway.Gateway.Hooks;
using SnetGateway.Gateway.Hosting;

namespace SnetGateway.Gateway.Alerts;

/// <summary>Evaluates the rules each few seconds, beside the calls, and gives the changes to the hooks.</summary>
internal sealed class AlertWatch(
    IEnumerable<IAlertSource> sources,
    AlertStates states,
    HookQueues hooks,
    IOptionsMonitor<AlertOptions> options,
    CommonTimer timers,
    ILogger<AlertWatch> logger) : BackgroundService
{
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly Dictionary<IAlertSource, IReadOnlyList<AlertProblem>> _found = sources.ToDictionary(
        source => source, _ => (IReadOnlyList<AlertProblem>)[]);

    private bool _isFailing;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using PeriodicTimer timer = timers.Every(Interval);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                Evaluate(options.CurrentValue);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Shutdown.
        }
    }

    internal void Evaluate(AlertOptions current)
    {
        Exception? failure = null;
        foreach (IAlertSource source in _found.Keys)
        {
            try
            {
                _found[source] = [.. source.Find(current)];
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                failure = exception; // what it found before stays, so that no alert ends for it
            }
        }

        if (failure is not null && !_isFailing)
        {
            AlertLog.NotEvaluated(logger, failure);
        }

        _isFailing = failure is not null;
        foreach (HookAlert alert in states.Update(_found.Values.SelectMany(found => found), current))
        {
            if (alert.EndsAt is { } end)
            {
                AlertLog.Resolved(logger, alert.Name, alert.Subject, end - alert.StartsAt);
            }
            else
            {
                AlertLog.Fires(logger, alert.Name, alert.Severity, alert.Subject, alert.Summary, alert.Remedy);
            }

            foreach (HookQueue hook in hooks.ByName.Values)
            {
                hook.Put(alert);
            }
        }
    }
}
