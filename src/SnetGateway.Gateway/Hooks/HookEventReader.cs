using System.Globalization;
using Serilog.Core;
using Serilog.Events;
using Serilog.Extensions.Logging;
using Serilog.Formatting.Display;

namespace SnetGateway.Gateway.Hooks;

/// <summary>From Serilog's events to those of hooks.</summary>
internal static class HookEventReader
{
    internal const int MaxMessage = 2_000;
    internal const int MaxException = 4_000;

    private const string EventId = nameof(HookEvent.EventId);
    private const string EventName = nameof(HookEvent.EventName);

    private static readonly MessageTemplateTextFormatter s_message = new("{Message:lj}", CultureInfo.InvariantCulture);

    public static HookEvent Read(LogEvent logEvent)
    {
        using var message = new StringWriter(CultureInfo.InvariantCulture);
        s_message.Format(logEvent, message);
        return new HookEvent(
            logEvent.Timestamp.ToUniversalTime(),
            LevelConvert.ToExtensionsLevel(logEvent.Level).ToString(),
            CategoryOf(logEvent),
            logEvent.Properties.GetValueOrDefault(EventId) is ScalarValue { Value: int id } ? id : 0,
            TextOf(logEvent, EventName),
            Cut(message.ToString(), MaxMessage),
            logEvent.Exception is { } exception ? Cut(exception.ToString(), MaxException) : null,
            logEvent.Properties
                .Where(value => value.Key is not (EventId or EventName or Constants.SourceContextPropertyName))
                .ToDictionary(value => value.Key, value => Cut(TextOf(value.Value), MaxMessage)));
    }

    public static string CategoryOf(LogEvent logEvent) => TextOf(logEvent, Constants.SourceContextPropertyName);

    /// <summary>The event's name, or its category where it has none.</summary>
    public static string NameOf(LogEvent logEvent) => TextOf(logEvent, EventName) is { Length: > 0 } name ? name : CategoryOf(logEvent);

    private static string TextOf(LogEvent logEvent, string property) =>
        logEvent.Properties.TryGetValue(property, out LogEventPropertyValue? value) ? TextOf(value) : "";

    private static string TextOf(LogEventPropertyValue value) => value is ScalarValue { Value: string text }
        ? text
        : value.ToString(null, CultureInfo.InvariantCulture);

    private static string Cut(string text, int length) => text.Length <= length ? text : $"{text.AsSpan(0, length)}...";
}
