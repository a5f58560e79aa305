using System.Diagnostics.Tracing;

namespace SnetGateway.CrashPoints;

/// <summary>Points around the service: YARP tells of them as events, on the thread that does the work.</summary>
internal sealed class ForwarderPoints(CrashTrigger trigger) : EventListener
{
    private const string Source = "Yarp.ReverseProxy";

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == Source)
        {
            EnableEvents(eventSource, EventLevel.Informational);
        }
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        string? point = eventData.EventName switch
        {
            "ForwarderStage" => Convert.ToInt32(eventData.Payload![0], null) switch
            {
                1 => "service-asked",
                2 => "service-answered",
                4 => "answer-begins", // its payment is settled next
                _ => null,
            },
            "ForwarderStop" => "answer-ended",
            _ => null,
        };
        if (point is not null)
        {
            trigger.Pass(point);
        }
    }
}
