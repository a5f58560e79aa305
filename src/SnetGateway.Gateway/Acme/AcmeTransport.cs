using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;

namespace SnetGateway.Gateway.Acme;

/// <summary>HTTP to the authority: nonces, bounds in time and size, and errors as exceptions.</summary>
internal sealed class AcmeTransport : IDisposable
{
    /// <summary>A certificate with a long chain has 10 KB.</summary>
    private const int MaxResponse = 64 * 1024;

    private const int MaxNonces = 6;

    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_maxRetryAfter = TimeSpan.FromDays(7);

    private readonly HttpClient _http;
    private readonly TimeProvider _time;
    private string? _nonce;

    /// <param name="caPath">PEM file with the trusted authorities; null or empty for those of the system.</param>
    /// <param name="time">The clock, for dates in `Retry-After`.</param>
    public AcmeTransport(string? caPath, TimeProvider time)
    {
        _time = time;
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false, ConnectTimeout = s_timeout, PooledConnectionIdleTimeout = s_timeout, UseCookies = false,
        };
        if (!string.IsNullOrEmpty(caPath))
        {
            var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            trust.CustomTrustStore.ImportFromPemFile(caPath);
            handler.SslOptions.CertificateChainPolicy = trust;
        }

        _http = new HttpClient(handler) { Timeout = s_timeout, MaxResponseContentBufferSize = MaxResponse };
        _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("snet-gateway", "1"));
    }

    /// <summary>Reads without an account.</summary>
    /// <exception cref="AcmeException">The authority refused.</exception>
    /// <exception cref="HttpRequestException">It cannot be reached, or its response is too long.</exception>
    public async Task<AcmeResponse> GetAsync(Uri url, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        return await SendAsync(request, cancellationToken);
    }

    /// <summary>Sends a signed request. A nonce that the authority does not accept is replaced (RFC 8555, section 6.5).</summary>
    /// <inheritdoc cref="GetAsync"/>
    public async Task<AcmeResponse> PostAsync(
        Uri newNonce, AcmeKey key, Uri? account, Uri url, JsonObject? payload, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            string nonce = Interlocked.Exchange(ref _nonce, null) ?? await NewNonceAsync(newNonce, cancellationToken);
            JsonObject signed = SignedRequest.Sign(key, account, url, nonce, (JsonObject?)payload?.DeepClone());
            using var request = new HttpRequestMessage(HttpMethod.Post, url)
            {
                Content = new StringContent(signed.ToJsonString(), Encoding.UTF8)
                {
                    Headers = { ContentType = new MediaTypeHeaderValue("application/jose+json") },
                },
            };
            try
            {
                return await SendAsync(request, cancellationToken);
            }
            catch (AcmeException exception) when (exception.Type == "badNonce" && attempt < MaxNonces)
            {
                // The response brought the next one.
            }
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<string> NewNonceAsync(Uri url, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, url);
        await SendAsync(request, cancellationToken);
        return Interlocked.Exchange(ref _nonce, null) ?? throw new AcmeException("the authority gave no nonce");
    }

    private async Task<AcmeResponse> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await _http.SendAsync(request, cancellationToken);
        if (response.Headers.TryGetValues("Replay-Nonce", out IEnumerable<string>? nonces)
            && nonces.FirstOrDefault() is { } nonce && AcmeToken.IsValid(nonce))
        {
            _nonce = nonce;
        }

        byte[] body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        TimeSpan? retryAfter = RetryAfter(response);
        return response.IsSuccessStatusCode
            ? new AcmeResponse(body, response.Headers.Location is { IsAbsoluteUri: true } location ? location : null, retryAfter)
            : throw AcmeProblem.Read((int)response.StatusCode, body, retryAfter);
    }

    /// <summary>The header, in seconds or as a date; nothing negative and nothing beyond a week.</summary>
    private TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        TimeSpan? wait = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - _time.GetUtcNow(),
            _ => null,
        };
        return wait is { } time ? TimeSpan.FromTicks(Math.Clamp(time.Ticks, 0, s_maxRetryAfter.Ticks)) : null;
    }
}

/// <summary>A successful response.</summary>
/// <param name="Body">Its content, at most 64 KiB.</param>
/// <param name="Location">What it created; null for nothing.</param>
/// <param name="RetryAfter">How long the authority wants to be left alone; null where it did not say.</param>
internal sealed record AcmeResponse(byte[] Body, Uri? Location, TimeSpan? RetryAfter);
