using System.Net;

namespace SnetGateway.Gateway.Backends;

/// <summary>
/// A gRPC service. Every call carries `te: trailers` (rule 23), which YARP forwards only for HTTP/2 clients that sent it and which some
/// services require.
/// </summary>
internal sealed class GrpcBackend(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private const string Te = "TE";
    private const string Trailers = "trailers";

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (!request.Headers.NonValidated.Contains(Te))
        {
            request.Headers.TryAddWithoutValidation(Te, Trailers);
        }

        return request is ProbeRequest probe ? ProbeAsync(probe, cancellationToken) : base.SendAsync(request, cancellationToken);
    }

    private async Task<HttpResponseMessage> ProbeAsync(ProbeRequest probe, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await base.SendAsync(probe, cancellationToken);
        bool isHealthy = await probe.IsHealthyAsync(response, cancellationToken);
        return new HttpResponseMessage(isHealthy ? HttpStatusCode.OK : HttpStatusCode.ServiceUnavailable) { RequestMessage = probe };
    }
}
