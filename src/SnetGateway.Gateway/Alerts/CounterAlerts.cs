using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace SnetGateway.Gateway.Alerts;

/// <summary>
/// What the gateway's own counters show: calls that fail, calls that limits refuse, and events that must never happen. It listens to those
/// counters only; of one call it adds one or two numbers.
/// </summary>
internal sealed class CounterAlerts : IAlertSource, IDisposable
{
    internal static readonly TimeSpan ErrorTime = TimeSpan.FromMinutes(5), RefusedTime = TimeSpan.FromMinutes(1);
    internal static readonly TimeSpan EventTime = TimeSpan.FromMinutes(10);

    private const string Calls = "snet_gateway.paid_calls", Refused = "snet_gateway.limits.refused", Cogs = "{cog}";

    /// <summary>Counters of which any increase is an alert. Of one that counts an amount, how often it increased is what counts.</summary>
    private static readonly Dictionary<string, AlertRule> s_events = new(StringComparer.Ordinal)
    {
        ["snet_gateway.ledger.not_written"] = AlertRule.PaymentsNotRecorded,
        ["snet_gateway.ledger.outcomes_unknown"] = AlertRule.PaymentsNotRecorded,
        ["snet_gateway.ledger.not_given_back"] = AlertRule.LedgerIncomplete,
        ["snet_gateway.ledger.journal.lost"] = AlertRule.LedgerIncomplete,
        ["snet_gateway.ledger.mismatches"] = AlertRule.LedgerMismatch,
        ["snet_gateway.ledger.set_aside"] = AlertRule.ReorganisationLoss,
        ["snet_gateway.chain.reorganisation_losses"] = AlertRule.ReorganisationLoss,
        ["snet_gateway.claims.lost"] = AlertRule.FundsTakenBack,
    };

    private readonly TimeProvider _time;
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, Outcomes> _calls = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, WindowCount> _refused = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Instrument, WindowCount> _events = new();

    public CounterAlerts(IMeterFactory meters, TimeProvider time)
    {
        _time = time;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Scope == meters && (instrument.Name is Calls or Refused || s_events.ContainsKey(instrument.Name)))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>(Count);
        _listener.SetMeasurementEventCallback<double>((counter, amount, tags, state) => Count(counter, amount > 0 ? 1 : 0, tags, state));
        _listener.Start();
    }

    public IEnumerable<AlertProblem> Find(AlertOptions options)
    {
        foreach ((string route, Outcomes outcomes) in _calls)
        {
            long all = outcomes.All.Lately(), failed = outcomes.Failed.Lately();
            if (failed >= options.ErrorCalls && failed >= options.ErrorShare * all)
            {
                yield return Counted(AlertRule.ErrorRate, route, $"{failed} of {all} calls of route {route} failed in 5 minutes.");
            }
        }

        foreach ((string limit, WindowCount refused) in _refused)
        {
            if (refused.Lately() is var calls && calls >= options.RefusedPerMinute)
            {
                yield return Counted(AlertRule.RateLimitStorm, limit, $"The limit {limit} refused {calls} calls in a minute.");
            }
        }

        foreach ((Instrument counter, WindowCount events) in _events)
        {
            if (events.Lately() is var number && number > 0)
            {
                string summary = counter.Unit == Cogs
                    ? $"{number} times in 10 minutes: {counter.Description}"
                    : $"{number} in 10 minutes of: {counter.Description}";
                yield return Counted(s_events[counter.Name], counter.Name, summary);
            }
        }
    }

    public void Dispose() => _listener.Dispose();

    private static AlertProblem Counted(AlertRule rule, string subject, string summary) => new(rule, subject, summary) { IsCount = true };

    private void Count(Instrument instrument, long number, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
    {
        if (number == 0)
        {
            return; // how a counter begins
        }

        switch (instrument.Name)
        {
            case Calls:
                CountCall(Tag(tags, "route"), Tag(tags, "outcome"), number);
                break;
            case Refused:
                _refused.GetOrAdd(Tag(tags, "limit"), static (_, time) => new WindowCount(RefusedTime, time), _time).Add(number);
                break;
            default:
                _events.GetOrAdd(instrument, static (_, time) => new WindowCount(EventTime, time), _time).Add(number);
                break;
        }
    }

    /// <summary>A call that was refused, or whose client disconnected, says nothing of the service.</summary>
    private void CountCall(string route, string outcome, long number)
    {
        bool isFailed = outcome is "service_failed" or "not_recorded";
        if (isFailed || outcome == "settled")
        {
            Outcomes outcomes = _calls.GetOrAdd(route, static (_, time) => new Outcomes(time), _time);
            outcomes.All.Add(number);
            if (isFailed)
            {
                outcomes.Failed.Add(number);
            }
        }
    }

    private static string Tag(ReadOnlySpan<KeyValuePair<string, object?>> tags, string key)
    {
        foreach ((string name, object? value) in tags)
        {
            if (name == key)
            {
                return value as string ?? "";
            }
        }

        return "";
    }

    private sealed class Outcomes(TimeProvider time)
    {
        public WindowCount All { get; } = new(ErrorTime, time);

        public WindowCount Failed { get; } = new(ErrorTime, time);
    }
}
