using System.Net;
using Microsoft.Extensions.Options;
using SnetGateway.Gateway.Health;

namespace SnetGateway.Gateway.Backends;

/// <summary>
/// A gRPC service. Every call carries `te: trailers` (rule 23), which YARP forwards only for HTTP/2 clients that sent it and which some
/// services require. The response of a health probe is read here, because YARP evaluates only its HTTP status.
/// </summary>
internal sealed class GrpcBackend(HttpMessageHandler inner, IOptionsMonitor<BackendOptions> options) : DelegatingHandler(inner)
{
    private const string Te = "TE";
    private const string Trailers = "trailers";

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (!request.Headers.NonValidated.Contains(Te))
        {
            request.Headers.TryAddWithoutValidation(Te, Trailers);
        }

        return request is HealthProbe.ProbeRequest ? ProbeAsync(request, cancellationToken) : base.SendAsync(request, cancellationToken);
    }

    private async Task<HttpResponseMessage> ProbeAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using HttpResponseMessage answer = await base.SendAsync(request, cancellationToken);
        bool missingIsHealthy = options.CurrentValue.MissingHealthServiceIsHealthy && !HealthProbe.MustExist(request);
        bool isHealthy = await HealthProbe.IsHealthyAsync(answer, missingIsHealthy, cancellationToken);
        return new HttpResponseMessage(isHealthy ? HttpStatusCode.OK : HttpStatusCode.ServiceUnavailable) { RequestMessage = request };
    }
}
