using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

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
    private readonly ChainMetrics _metrics;
    private int _lastId;

    public JsonRpcEndpoint(Uri address, int index, HttpMessageInvoker http, TimeSpan timeout, TimeProvider time, ChainMetrics metrics)
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
    /// <param name="writeParameters">Writes the elements of the parameter array.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The result, which may be JSON null.</returns>
    /// <exception cref="EndpointException">No usable answer.</exception>
    /// <exception cref="JsonRpcErrorException">The node refused.</exception>
    public async ValueTask<JsonElement> AskAsync(string method, Action<Utf8JsonWriter> writeParameters, CancellationToken cancellationToken)
    {
        bool answered = false;
        using var deadline = new CancellationTokenSource(_timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            int id = Interlocked.Increment(ref _lastId);
            using HttpRequestMessage request = Request(id, method, writeParameters);
            using HttpResponseMessage response = await _http.SendAsync(request, either.Token);

            // Some nodes send an error of theirs with 400 or 500; any other status is of the HTTP server before it.
            if (response.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.BadRequest or HttpStatusCode.InternalServerError))
            {
                throw new EndpointException(EndpointFault.HttpStatus, $"HTTP status {(int)response.StatusCode}");
            }

            using JsonDocument document = await ReadAsync(response.Content, either.Token);
            JsonElement result = Result(document.RootElement, id, response.StatusCode);
            answered = true;
            return result;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new EndpointException(EndpointFault.TimedOut, $"no answer within {_timeout.TotalSeconds} s");
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
            _metrics.RpcCalled(method, answered);
        }
    }

    private static async ValueTask<JsonDocument> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        if (content.Headers.ContentLength > MaxResponseBytes)
        {
            throw new EndpointException(EndpointFault.TooLarge, $"an answer over {MaxResponseBytes} bytes");
        }

        await using Stream stream = await content.ReadAsStreamAsync(cancellationToken);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(16 * 1024);
        try
        {
            int length = 0;
            int read;
            while ((read = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken)) > 0)
            {
                length += read;
                if (length > MaxResponseBytes)
                {
                    throw new EndpointException(EndpointFault.TooLarge, $"an answer over {MaxResponseBytes} bytes");
                }

                if (length == buffer.Length)
                {
                    byte[] larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
                    buffer.CopyTo(larger, 0);
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = larger;
                }
            }

            // Parsed from a copy of its own, so that the result may outlive the rented buffer.
            return JsonDocument.Parse(buffer.AsSpan(0, length).ToArray());
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
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

    private HttpRequestMessage Request(int id, string method, Action<Utf8JsonWriter> writeParameters)
    {
        var body = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(body))
        {
            writer.WriteStartObject();
            writer.WriteString("jsonrpc", "2.0");
            writer.WriteNumber("id", id);
            writer.WriteString("method", method);
            writer.WriteStartArray("params");
            writeParameters(writer);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        var content = new ReadOnlyMemoryContent(body.WrittenMemory);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return new HttpRequestMessage(HttpMethod.Post, _address) { Content = content, Headers = { Authorization = _authorization } };
    }
}
