using SnetGateway.Gateway.Hooks;

namespace SnetGateway.Gateway.Alerts;

/// <summary>
/// The alerts: each problem is one of them from when it is found until it has been gone for a while, however often it is found. It is sent
/// when it begins to fire, again after some hours, and when it ends. Their number has a bound.
/// </summary>
internal sealed class AlertStates
{
    /// <summary>Subjects of one rule. Further ones are one alert together.</summary>
    internal const int MaxSubjects = 100;

    internal const string Others = "others";

    private readonly TimeProvider _time;
    private readonly Dictionary<(AlertRule Rule, string Subject), Alert> _alerts = [];
    private volatile IReadOnlyList<Alert> _current = [];

    public AlertStates(AlertMetrics metrics, TimeProvider time)
    {
        _time = time;
        metrics.Observe(() => Current);
    }

    /// <summary>The alerts that fire or are about to, the oldest first. For any thread.</summary>
    public IReadOnlyList<Alert> Current => _current;

    /// <summary>Takes in what is wrong now. One call at a time.</summary>
    /// <returns>What is to be sent.</returns>
    public IReadOnlyList<HookAlert> Update(IEnumerable<AlertProblem> problems, AlertOptions options)
    {
        DateTimeOffset now = _time.GetUtcNow();
        long stamp = _time.GetTimestamp(); // not the time of day, which may be changed
        var notices = new List<HookAlert>();
        foreach (AlertProblem problem in Bound(problems.Where(problem => !options.Off.Contains(problem.Rule.Name))))
        {
            Alert alert = _alerts.GetValueOrDefault((problem.Rule, problem.Subject))
                ?? new Alert(problem, now, IsFiring: false, Silence: null) { Began = stamp };
            bool isFiring = alert.IsFiring || problem.IsCount || _time.GetElapsedTime(alert.Began, stamp) >= options.After;
            string? silence = AlertSilences.Find(problem, options, now);
            bool isDue = alert.Sent is not { } sent
                || (options.Repeat > TimeSpan.Zero && _time.GetElapsedTime(sent, stamp) >= options.Repeat);
            bool isSent = isFiring && silence is null && isDue;
            alert = alert with
            {
                Problem = problem, IsFiring = isFiring, Silence = silence, Found = stamp, Sent = isSent ? stamp : alert.Sent,
            };
            _alerts[(problem.Rule, problem.Subject)] = alert;
            if (isSent)
            {
                notices.Add(alert.ToHook());
            }
        }

        foreach (((AlertRule, string) key, Alert alert) in _alerts.Where(pair => pair.Value.Found != stamp).ToList())
        {
            if (!alert.IsFiring || _time.GetElapsedTime(alert.Found, stamp) >= options.ResolveAfter)
            {
                _alerts.Remove(key);
                if (alert.Sent is not null) // also where a silence began since: the receiver has it open
                {
                    notices.Add(alert.ToHook(now));
                }
            }
        }

        _current = [.. _alerts.Values.OrderBy(alert => alert.StartsAt)];
        return notices;
    }

    /// <summary>At most <see cref="MaxSubjects"/> of each rule, those first that are alerts already, and the number of others.</summary>
    private IEnumerable<AlertProblem> Bound(IEnumerable<AlertProblem> problems) => problems.GroupBy(problem => problem.Rule)
        .SelectMany(rule =>
        {
            AlertProblem[] all = [.. rule];
            return all.Length <= MaxSubjects
                ? all
                : all.OrderByDescending(problem => _alerts.ContainsKey((rule.Key, problem.Subject))).Take(MaxSubjects).Append(
                    new AlertProblem(rule.Key, Others, $"{all.Length - MaxSubjects} more like these.") { IsCount = all[0].IsCount });
        });
}
