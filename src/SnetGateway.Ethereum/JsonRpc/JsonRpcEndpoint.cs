using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SnetGateway.Ethereum.JsonRpc;

/// <summary>One JSON-RPC server over HTTP: one request and its response, with a timeout and a size limit.</summary>
internal sealed class JsonRpcEndpoint
{
    /// <summary>Largest response that is read. The escrow logs of a thousand full blocks stay far below.</summary>
    public const int MaxResponseBytes = 16 * 1024 * 1024;

    private readonly HttpMessageInvoker _http;
    private readonly Uri _address;
    private readonly AuthenticationHeaderValue? _authorization;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;
    private readonly ChainMetrics? _metrics;
    private int _lastId;

    public JsonRpcEndpoint(
        Uri address, int index, HttpMessageInvoker http, TimeSpan timeout, TimeProvider time, ChainMetrics? metrics = null)
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

    /// <summary>Its number in the configuration and its host, for logs: the paths and queries of providers' URLs contain keys.</summary>
    public string Name { get; }

    /// <summary>Requests that it takes in one batch. Lowered when it refuses one.</summary>
    public int MaxBatch { get; set; } = int.MaxValue;

    /// <summary>Sends one request.</summary>
    /// <param name="method">JSON-RPC method.</param>
    /// <param name="parameters">The elements of the parameter array.</param>
    /// <param name="cancellationToken">Ends the wait for the response.</param>
    /// <returns>The result, which may be JSON null.</returns>
    /// <exception cref="EndpointException">No usable response.</exception>
    /// <exception cref="JsonRpcErrorException">The node returned an error.</exception>
    public async ValueTask<JsonElement> RequestAsync(string method, JsonNode[] parameters, CancellationToken cancellationToken)
    {
        int id = Interlocked.Increment(ref _lastId);
        return await SendAsync(method, Call(id, method, parameters), (root, status) => Result(root, id, status), cancellationToken);
    }

    /// <summary>Sends several requests of one method as a batch (JSON-RPC 2.0, section 6).</summary>
    /// <param name="method">JSON-RPC method.</param>
    /// <param name="parameters">The parameter array of each request.</param>
    /// <param name="cancellationToken">Ends the wait for the response.</param>
    /// <returns>The results, in the order of the requests.</returns>
    /// <exception cref="EndpointException">No usable response; <see cref="EndpointFault.BatchRefused"/> when the node does not take the
    /// batch.</exception>
    /// <exception cref="JsonRpcErrorException">The node returned an error for one of them, or its rate limit was exceeded.</exception>
    public async ValueTask<JsonElement[]> RequestBatchAsync(
        string method, IReadOnlyList<JsonNode[]> parameters, CancellationToken cancellationToken)
    {
        int first = Interlocked.Add(ref _lastId, parameters.Count) - parameters.Count + 1;
        var batch = new JsonArray([.. parameters.Select((one, index) => Call(first + index, method, one))]);
        return await SendAsync(method, batch, (root, status) => Results(root, first, parameters.Count, status), cancellationToken);
    }

    private async ValueTask<T> SendAsync<T>(
        string method, JsonNode body, Func<JsonElement, HttpStatusCode, T> read, CancellationToken cancellationToken)
    {
        bool succeeded = false;
        using var deadline = new CancellationTokenSource(_timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            using HttpRequestMessage request = Request(body);
            using HttpResponseMessage response = await _http.SendAsync(request, either.Token);

            // Some nodes send their JSON-RPC errors with status 400 or 500. Any other status comes from an HTTP server in front of the
            // node.
            if (response.StatusCode == HttpStatusCode.RequestEntityTooLarge)
            {
                throw new EndpointException(EndpointFault.BatchRefused, "HTTP status 413");
            }

            if (response.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.BadRequest or HttpStatusCode.InternalServerError))
            {
                throw new EndpointException(EndpointFault.HttpStatus, $"HTTP status {(int)response.StatusCode}");
            }

            await response.Content.LoadIntoBufferAsync(MaxResponseBytes, either.Token);
            using var document = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(either.Token));
            T result = read(document.RootElement, response.StatusCode);
            succeeded = true;
            return result;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new EndpointException(EndpointFault.TimedOut, $"no response within {_timeout.TotalSeconds} s");
        }
        catch (HttpRequestException exception) when (exception.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            throw new EndpointException(EndpointFault.TooLarge, $"the response exceeds {MaxResponseBytes} bytes", exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or InvalidDataException)
        {
            throw new EndpointException(EndpointFault.Unreachable, "the connection failed", exception);
        }
        catch (JsonException exception)
        {
            throw new EndpointException(EndpointFault.Malformed, "the response is not JSON", exception);
        }
        finally
        {
            _metrics?.RpcCalled(method, succeeded);
        }
    }

    private static JsonElement Result(JsonElement response, int id, HttpStatusCode status)
    {
        if (response.ValueKind != JsonValueKind.Object)
        {
            throw new EndpointException(EndpointFault.Malformed, "the response is not a JSON object");
        }

        if (response.TryGetProperty("error", out JsonElement error) && error.ValueKind == JsonValueKind.Object)
        {
            int code = error.TryGetProperty("code", out JsonElement number)
                && number.ValueKind == JsonValueKind.Number && number.TryGetInt32(out int value) ? value : 0;
            string? text = error.TryGetProperty("message", out JsonElement message) ? HexText.Text(message) : null;
            throw new JsonRpcErrorException(code, Truncate(text ?? "no message"));
        }

        if (status != HttpStatusCode.OK)
        {
            throw new EndpointException(EndpointFault.HttpStatus, $"HTTP status {(int)status}");
        }

        if (!response.TryGetProperty("jsonrpc", out JsonElement version)
            || version.ValueKind != JsonValueKind.String
            || !version.ValueEquals("2.0")
            || !response.TryGetProperty("id", out JsonElement echoed)
            || echoed.ValueKind != JsonValueKind.Number
            || !echoed.TryGetInt32(out int got)
            || got != id
            || !response.TryGetProperty("result", out JsonElement result))
        {
            throw new EndpointException(EndpointFault.Malformed, "the response is not JSON-RPC 2.0, or has another request's id");
        }

        return result.Clone();
    }

    /// <summary>The results of a batch, which come in any order. A node that refuses it returns one error instead.</summary>
    private static JsonElement[] Results(JsonElement response, int first, int count, HttpStatusCode status)
    {
        if (response.ValueKind != JsonValueKind.Array || (response.GetArrayLength() is 1 && count > 1))
        {
            try
            {
                _ = Result(response.ValueKind == JsonValueKind.Array ? response[0] : response, first, status);
            }
            catch (JsonRpcErrorException error) when (!error.IsRateLimit)
            {
                throw new EndpointException(EndpointFault.BatchRefused, $"the node refused a batch: {error.Message}", error);
            }
        }

        var results = new JsonElement[count];
        if (response.ValueKind != JsonValueKind.Array || response.GetArrayLength() != count)
        {
            throw new EndpointException(EndpointFault.Malformed, "the response to a batch is not one result for each request");
        }

        foreach (JsonElement one in response.EnumerateArray())
        {
            int index = one.ValueKind == JsonValueKind.Object
                && one.TryGetProperty("id", out JsonElement id)
                && id.ValueKind == JsonValueKind.Number
                && id.TryGetInt32(out int number) ? number - first : -1;
            if (index < 0 || index >= count || results[index].ValueKind != JsonValueKind.Undefined)
            {
                throw new EndpointException(EndpointFault.Malformed, "the response to a batch has another request's id, or one twice");
            }

            results[index] = Result(one, first + index, status);
        }

        return results;
    }

    private static string Truncate(string text) => text.Length <= 200 ? text : text[..200];

    private static JsonObject Call(int id, string method, JsonNode[] parameters) =>
        new() { ["jsonrpc"] = "2.0", ["id"] = id, ["method"] = method, ["params"] = new JsonArray(parameters) };

    private HttpRequestMessage Request(JsonNode body)
    {
        var content = new StringContent(body.ToJsonString(), new MediaTypeHeaderValue("application/json"));
        return new HttpRequestMessage(HttpMethod.Post, _address) { Content = content, Headers = { Authorization = _authorization } };
    }
}
