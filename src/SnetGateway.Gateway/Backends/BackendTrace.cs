using System.Diagnostics;
using Microsoft.Net.Http.Headers;
using SnetGateway.Payments;

namespace SnetGateway.Gateway.Backends;

/// <summary>
/// Passes the trace of a call on to the service, with a span of the request where the call is traced. The platform's own handler for this
/// costs each call that is not traced a state machine and more searches of its headers.
/// </summary>
internal sealed class BackendTrace(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (PaymentSpans.HasCall)
        {
            return SendTracedAsync(request, cancellationToken);
        }

        if (Activity.Current is { } call)
        {
            Pass(request, call); // that it is not traced
        }

        return base.SendAsync(request, cancellationToken);
    }

    private async Task<HttpResponseMessage> SendTracedAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using Activity? span = PaymentSpans.Start("backend", ActivityKind.Client);
        if (span is null)
        {
            return await base.SendAsync(request, cancellationToken);
        }

        span.SetTag("server.address", request.RequestUri?.Host).SetTag("server.port", request.RequestUri?.Port);
        Pass(request, span);
        try
        {
            HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
            span.SetTag("http.response.status_code", (int)response.StatusCode);
            return response;
        }
        catch (Exception exception)
        {
            span.SetTag("error.type", exception.GetType().FullName).SetStatus(ActivityStatusCode.Error);
            throw;
        }
    }

    /// <summary>A `tracestate` belongs to the `traceparent` that came with it.</summary>
    private static void Pass(HttpRequestMessage request, Activity span)
    {
        request.Headers.Remove(HeaderNames.TraceParent);
        request.Headers.TryAddWithoutValidation(HeaderNames.TraceParent, span.Id);
        if (span.TraceStateString is null)
        {
            request.Headers.Remove(HeaderNames.TraceState);
        }
    }
}
