using System.Net.Http.Headers;
using System.Net.Mime;

namespace SnetGateway.Gateway.Hooks;

/// <summary>HTTP requests of hooks.</summary>
internal sealed class HookHttp : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        ActivityHeadersPropagator = null,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5), // follows changes of DNS
        UseCookies = false,
    })
    {
        Timeout = Timeout.InfiniteTimeSpan, // the delivery has a limit
        MaxResponseContentBufferSize = 64 * 1024,
    };

    /// <summary>Posts a JSON document.</summary>
    /// <exception cref="HookException">The response is not a success.</exception>
    /// <exception cref="HttpRequestException">The server cannot be reached. The message names its host and port only.</exception>
    public async Task PostAsync(
        Uri url, byte[] json, string? bearer, CancellationToken cancellationToken, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(json) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(MediaTypeNames.Application.Json);
        if (bearer is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {bearer}"); // a validation error would repeat it
        }

        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using HttpResponseMessage response = await _http.SendAsync(request, cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            throw new HookException($"{url.Host} responded with HTTP status {(int)response.StatusCode}.");
        }
    }

    public void Dispose() => _http.Dispose();
}
