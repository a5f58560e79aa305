namespace SnetGateway.Gateway.Backends;

/// <summary>
/// A health probe whose response is evaluated by a backend, because YARP evaluates only the HTTP status. A type of its own: the options of
/// a request would be allocated for every call that asks for them.
/// </summary>
/// <param name="uri">The method of the instance.</param>
/// <param name="isHealthy">Evaluates the response.</param>
internal sealed class ProbeRequest(Uri uri, Func<HttpResponseMessage, CancellationToken, Task<bool>> isHealthy)
    : HttpRequestMessage(HttpMethod.Post, uri)
{
    public Task<bool> IsHealthyAsync(HttpResponseMessage response, CancellationToken cancellationToken) =>
        isHealthy(response, cancellationToken);
}
