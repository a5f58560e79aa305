using Serilog.Core;
using Serilog.Events;

namespace SnetGateway.Gateway.Logging;

/// <summary>Serilog keeps an event's id and name as one object. As two properties they can be printed and filtered separately.</summary>
internal sealed class EventIdEnricher : ILogEventEnricher
{
    private const string EventId = "EventId";

    public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory)
    {
        if (logEvent.Properties.GetValueOrDefault(EventId) is not StructureValue id)
        {
            return;
        }

        logEvent.RemovePropertyIfPresent(EventId);
        foreach (LogEventProperty part in id.Properties)
        {
            logEvent.AddOrUpdateProperty(new LogEventProperty(part.Name == "Id" ? EventId : "EventName", part.Value));
        }
    }
}
