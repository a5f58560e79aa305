using System.Diagnostics;
using OpenTelemetry;

namespace SnetGateway.Gateway.Telemetry;

/// <summary>
/// Exports the spans of this gateway's requests only. Sources of spans are known by their names in the whole process, so that the spans of
/// other gateways in it (`serve --with`) come here too.
/// </summary>
/// <param name="server">The source of the spans of requests, which each gateway has for itself.</param>
/// <param name="export">Exports them.</param>
internal sealed class OwnSpans(ActivitySource server, BaseProcessor<Activity> export) : CompositeProcessor<Activity>([export])
{
    public override void OnEnd(Activity data)
    {
        Activity request = data;
        while (request.Parent is { } parent)
        {
            request = parent;
        }

        if (request.Source == server)
        {
            base.OnEnd(data);
        }
    }
}
