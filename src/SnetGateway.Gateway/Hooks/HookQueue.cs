using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Serilog.Core;
using Serilog.Events;
using Serilog.Extensions.Logging;

namespace SnetGateway.Gateway.Hooks;

/// <summary>
/// The log events that wait for one hook: the first 200 since the last delivery, and the number of all others by their names. Memory has a
/// bound, and a thread that logs never waits.
/// </summary>
internal sealed class HookQueue(HookOptions options) : ILogEventSink
{
    internal const int MaxEvents = 200;
    internal const int MaxNames = 100;

    private const string Other = "other";

    /// <summary>Where the hooks themselves log. A hook that fails must not be the reason for its next delivery.</summary>
    private static readonly string s_own = typeof(HookQueue).Namespace!;

    private readonly LogEventLevel? _level = options.Level == LogLevel.None ? null : LevelConvert.ToSerilogLevel(options.Level);
    private readonly Channel<LogEvent> _events = Channel.CreateUnbounded<LogEvent>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ConcurrentDictionary<string, StrongBox<long>> _notSent = new(StringComparer.Ordinal);
    private int _waiting;

    public HookOptions Options => options;

    public void Emit(LogEvent logEvent)
    {
        bool isAsked = logEvent.Level >= _level && !HookEventReader.CategoryOf(logEvent).StartsWith(s_own, StringComparison.Ordinal);
        if (!isAsked)
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

    /// <summary>Waits for an event.</summary>
    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken) => _events.Reader.WaitToReadAsync(cancellationToken);

    /// <summary>Takes everything that waits.</summary>
    public HookBatch Take()
    {
        var events = new List<HookEvent>();
        while (events.Count < MaxEvents && _events.Reader.TryRead(out LogEvent? logEvent))
        {
            events.Add(HookEventReader.Read(logEvent));
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
        return new HookBatch(Environment.MachineName, GatewayVersion.Text, events, notSent);
    }

    /// <summary>Counts the events of a batch that is not delivered any more.</summary>
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
