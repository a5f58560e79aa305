using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Serilog.Core;
using Serilog.Events;
using Serilog.Extensions.Logging;

namespace SnetGateway.Gateway.Hooks;

/// <summary>
/// What waits for one hook: the first 200 log events since the last delivery, the number of all others by their names, and the newest state
/// of each alert that changed. Memory has a bound, and a thread that logs never waits.
/// </summary>
/// <param name="options">The hook.</param>
/// <param name="gateway">The gateway's name, where the process runs several; null otherwise.</param>
internal sealed class HookQueue(HookOptions options, string? gateway = null) : ILogEventSink
{
    internal const int MaxEvents = 200;
    internal const int MaxNames = 100;
    internal const int MaxAlerts = 10 * MaxEvents;

    private const string Other = "other";

    /// <summary>
    /// Where the hooks themselves log: one that fails must not be the reason for its next delivery. And where alerts are logged, which
    /// hooks get as alerts.
    /// </summary>
    private static readonly string[] s_own = [typeof(HookQueue).Namespace!, "SnetGateway.Gateway.Alerts"];

    private readonly LogEventLevel? _level = options.Level == LogLevel.None || options.Kind == HookOptions.KindDaemon
        ? null
        : LevelConvert.ToSerilogLevel(options.Level);

    /// <summary>The events; null wakes the reader for an alert.</summary>
    private readonly Channel<LogEvent?> _events = Channel.CreateUnbounded<LogEvent?>(new UnboundedChannelOptions { SingleReader = true });

    private readonly ConcurrentDictionary<string, StrongBox<long>> _notSent = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Name, string Subject), HookAlert> _alerts = [];
    private readonly Channel<bool> _alerted = Channel.CreateBounded<bool>(1);
    private int _waiting;

    public HookOptions Options => options;

    public void Emit(LogEvent logEvent)
    {
        if (!(logEvent.Level >= _level) || IsOwn(HookEventReader.CategoryOf(logEvent)))
        {
            return;
        }

        if (Volatile.Read(ref _waiting) < MaxEvents)
        {
            if (Interlocked.Increment(ref _waiting) <= MaxEvents)
            {
                _events.Writer.TryWrite(logEvent);
                return;
            }

            Interlocked.Decrement(ref _waiting);
        }

        Count(HookEventReader.NameOf(logEvent), 1);
    }

    /// <summary>
    /// Takes an alert in, in place of an older state of it. Beyond ten deliveries' worth of different alerts it is only counted.
    /// </summary>
    public void Put(HookAlert alert)
    {
        if (options.Alerts == HookOptions.NoAlerts
            || (options.Alerts == HookOptions.CriticalAlerts && alert.Severity != HookAlert.Critical))
        {
            return;
        }

        lock (_alerts)
        {
            if (_alerts.Count >= MaxAlerts && !_alerts.ContainsKey((alert.Name, alert.Subject)))
            {
                Count(alert.Name, 1);
                return;
            }

            _alerts[(alert.Name, alert.Subject)] = alert;
            WakeForAlerts();
        }
    }

    /// <summary>Waits for an alert.</summary>
    public Task WaitForAlertAsync(CancellationToken cancellationToken) => _alerted.Reader.WaitToReadAsync(cancellationToken).AsTask();

    /// <summary>Waits for an event or an alert.</summary>
    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken) => _events.Reader.WaitToReadAsync(cancellationToken);

    /// <summary>Takes everything that waits.</summary>
    public HookBatch Take()
    {
        var events = new List<HookEvent>();
        while (events.Count < MaxEvents && _events.Reader.TryRead(out LogEvent? logEvent))
        {
            if (logEvent is not null)
            {
                events.Add(HookEventReader.Read(logEvent));
            }
        }

        var notSent = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach ((string name, StrongBox<long> number) in _notSent)
        {
            if (Interlocked.Exchange(ref number.Value, 0) is var taken and > 0)
            {
                notSent[name] = taken;
            }
        }

        Interlocked.Add(ref _waiting, -events.Count);
        string sender = gateway is null ? Environment.MachineName : $"{Environment.MachineName} ({gateway})";
        return new HookBatch(sender, GatewayVersion.Text, events, notSent) { Alerts = TakeAlerts() };
    }

    /// <summary>
    /// Counts the events of a batch that is not delivered any more. Its alerts wait again, unless a newer state of them does.
    /// </summary>
    public void GiveUp(HookBatch batch)
    {
        foreach (HookEvent one in batch.Events)
        {
            Count(one.EventName.Length > 0 ? one.EventName : one.Category, 1);
        }

        foreach ((string name, long number) in batch.NotSent)
        {
            Count(name, number);
        }

        lock (_alerts)
        {
            foreach (HookAlert alert in batch.Alerts)
            {
                _alerts.TryAdd((alert.Name, alert.Subject), alert);
            }

            WakeForAlerts();
        }
    }

    private static bool IsOwn(string category) =>
        Array.Exists(s_own, own => category.StartsWith(own, StringComparison.Ordinal));

    private HookAlert[] TakeAlerts()
    {
        lock (_alerts)
        {
            _alerted.Reader.TryRead(out _);
            HookAlert[] alerts =
            [
                .. _alerts.Values.OrderBy(alert => alert.Severity != HookAlert.Critical).ThenBy(alert => alert.StartsAt).Take(MaxEvents),
            ];
            foreach (HookAlert alert in alerts)
            {
                _alerts.Remove((alert.Name, alert.Subject));
            }

            WakeForAlerts();
            return alerts;
        }
    }

    /// <summary>Ends both waits, once until the next <see cref="Take"/>.</summary>
    private void WakeForAlerts()
    {
        if (_alerts.Count > 0 && _alerted.Writer.TryWrite(true))
        {
            _events.Writer.TryWrite(null);
        }
    }

    private void Count(string name, long number)
    {
        if (!_notSent.TryGetValue(name, out StrongBox<long>? counted))
        {
            counted = _notSent.GetOrAdd(_notSent.Count < MaxNames ? name : Other, static _ => new StrongBox<long>());
        }

        Interlocked.Add(ref counted.Value, number);
    }
}
