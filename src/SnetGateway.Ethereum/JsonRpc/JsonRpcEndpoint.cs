using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SnetGateway.Ethereum.JsonRpc;

/// <summary>One JSON-RPC server over HTTP: a request, an answer, a deadline, a size limit. Knows nothing of what is asked.</summary>
internal sealed class JsonRpcEndpoint
{
    /// <summary>Largest answer that is read. A thousand blocks full of escrow logs stay far below.</summary>
    public const int MaxResponseBytes = 16 * 1024 * 1024;

    private readonly HttpMessageInvoker _http;
    private readonly Uri _address;
    private readonly AuthenticationHeaderValue? _authorization;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;
    private readonly ChainMetrics? _metrics;
    private int _lastId;

    public JsonRpcEndpoint(Uri address, int index, HttpMessageInvoker http, TimeSpan timeout, TimeProvider time, ChainMetrics? metrics = null)
    {
        _http = http;
        _timeout = timeout;
        _time = time;
        _metrics = metrics;
        Name = $"#{index} ({address.Host})";
        _address = new UriBuilder(address) { UserName = "", Password = "" }.Uri;
        if (address.UserInfo.Length > 0)
        {
            byte[] credentials = Encoding.UTF8.GetBytes(Uri.UnescapeDataString(address.UserInfo));
            _authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(credentials));
        }
    }

    /// <summary>Number in the configuration and host, for logs: paths and queries of providers carry keys.</summary>
    public string Name { get; }

    /// <summary>Asks one question.</summary>
    /// <param name="method">JSON-RPC method.</param>
    /// <param name="parameters">The elements of the parameter array.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The result, which may be JSON null.</returns>
    /// <exception cref="EndpointException">No usable answer.</exception>
    /// <exception cref="JsonRpcErrorException">The node refused.</exception>
    public async ValueTask<JsonElement> AskAsync(string method, JsonNode[] parameters, CancellationToken cancellationToken)
    {
        bool answered = false;
        using var deadline = new CancellationTokenSource(_timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            int id = Interlocked.Increment(ref _lastId);
            using HttpRequestMessage request = Request(id, method, parameters);
            using HttpResponseMessage response = await _http.SendAsync(request, either.Token);

            // Some nodes send an error of theirs with 400 or 500; any other status is of the HTTP server before it.
            if (response.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.BadRequest or HttpStatusCode.InternalServerError))
            {
                throw new EndpointException(EndpointFault.HttpStatus, $"HTTP status {(int)response.StatusCode}");
            }

            await response.Content.LoadIntoBufferAsync(MaxResponseBytes, either.Token);
            using JsonDocument document = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(either.Token));
            JsonElement result = Result(document.RootElement, id, response.StatusCode);
            answered = true;
            return result;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new EndpointException(EndpointFault.TimedOut, $"no answer within {_timeout.TotalSeconds} s");
        }
        catch (HttpRequestException exception) when (exception.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            throw new EndpointException(EndpointFault.TooLarge, $"an answer over {MaxResponseBytes} bytes", exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or InvalidDataException)
        {
            throw new EndpointException(EndpointFault.Unreachable, "no connection, or it broke", exception);
        }
        catch (JsonException exception)
        {
            throw new EndpointException(EndpointFault.Malformed, "an answer that is no JSON", exception);
        }
        finally
        {
            _metrics?.RpcCalled(method, answered);
        }
    }

    private static JsonElement Result(JsonElement answer, int id, HttpStatusCode status)
    {
        if (answer.ValueKind != JsonValueKind.Object)
        {
            throw new EndpointException(EndpointFault.Malformed, "an answer that is no object");
        }

        if (answer.TryGetProperty("error", out JsonElement error) && error.ValueKind == JsonValueKind.Object)
        {
            int code = error.TryGetProperty("code", out JsonElement number)
                && number.ValueKind == JsonValueKind.Number && number.TryGetInt32(out int value) ? value : 0;
            string? text = error.TryGetProperty("message", out JsonElement message) ? HexText.Text(message) : null;
            throw new JsonRpcErrorException(code, Cut(text ?? "no message"));
        }

        if (status != HttpStatusCode.OK)
        {
            throw new EndpointException(EndpointFault.HttpStatus, $"HTTP status {(int)status}");
        }

        if (!answer.TryGetProperty("jsonrpc", out JsonElement version) || version.ValueKind != JsonValueKind.String || !version.ValueEquals("2.0")
            || !answer.TryGetProperty("id", out JsonElement echoed) || echoed.ValueKind != JsonValueKind.Number || !echoed.TryGetInt32(out int got) || got != id
            || !answer.TryGetProperty("result", out JsonElement result))
        {
            throw new EndpointException(EndpointFault.Malformed, "an answer that is no JSON-RPC 2.0, or to another question");
        }

        return result.Clone();
    }

    private static string Cut(string text) => text.Length <= 200 ? text : text[..200];

    private HttpRequestMessage Request(int id, string method, JsonNode[] parameters)
    {
        var body = new JsonObject { ["jsonrpc"] = "2.0", ["id"] = id, ["method"] = method, ["params"] = new JsonArray(parameters) };
        var content = new StringContent(body.ToJsonString(), new MediaTypeHeaderValue("application/json"));
        return new HttpRequestMessage(HttpMethod.Post, _address) { Content = content, Headers = { Authorization = _authorization } };
    }
}
