using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;
using Grpc.Core;
using SnetGateway.Gateway.Backends.Translation;

namespace SnetGateway.Gateway.Backends.JsonRpc;

/// <summary>A response of JSON-RPC 2.0 to one request: a result or an error.</summary>
/// <param name="Result">The text of the result.</param>
/// <param name="Error">The error, if there is one.</param>
internal readonly record struct JsonRpcResponse(ReadOnlyMemory<byte> Result, JsonRpcError? Error)
{
    /// <summary>Deeper than any message may be.</summary>
    private const int MaxDepth = 512;

    public bool IsNull => Result.Span.SequenceEqual("null"u8);

    /// <summary>Reads a body as the response to the request of this id.</summary>
    /// <exception cref="ServiceFaultException">It is not a valid response.</exception>
    public static JsonRpcResponse Read(ReadOnlyMemory<byte> body, long id)
    {
        if (body.Span.IndexOfAnyExcept(" \t\r\n"u8) < 0)
        {
            // The response of a service to a notification.
            throw Wrong("the service's response is empty", "the body is empty");
        }

        if (!Utf8.IsValid(body.Span))
        {
            throw Wrong("the service's response is not valid JSON", "the body is not UTF-8");
        }

        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = MaxDepth });
            return Read(document.RootElement, body, id);
        }
        catch (JsonException broken)
        {
            throw new ServiceFaultException(
                StatusCode.Internal,
                "the service's response is not valid JSON",
                string.Create(CultureInfo.InvariantCulture, $"line {broken.LineNumber + 1}, byte {broken.BytePositionInLine + 1}"));
        }
        catch (InvalidOperationException)
        {
            throw NoResponse("a text in it is not valid");
        }
    }

    /// <summary>The text of an element, cut out of its body: parsed and written again, a number could lose digits.</summary>
    public static ReadOnlyMemory<byte> TextOf(JsonElement element, ReadOnlyMemory<byte> body)
    {
        ReadOnlySpan<byte> text = JsonMarshal.GetRawUtf8Value(element);
        body.Span.Overlaps(text, out int start);
        return body.Slice(start, text.Length);
    }

    private static JsonRpcResponse Read(JsonElement response, ReadOnlyMemory<byte> body, long id)
    {
        if (response.ValueKind == JsonValueKind.Array)
        {
            throw Wrong("the service responded with a batch", "the body is a list");
        }

        if (response.ValueKind != JsonValueKind.Object)
        {
            throw NoResponse("the body is not an object");
        }

        JsonElement? version = null, answered = null, result = null, error = null;
        foreach (JsonProperty member in response.EnumerateObject())
        {
            if (member.NameEquals("jsonrpc"u8))
            {
                SetOnce(ref version, member.Value);
            }
            else if (member.NameEquals("id"u8))
            {
                SetOnce(ref answered, member.Value);
            }
            else if (member.NameEquals("result"u8))
            {
                SetOnce(ref result, member.Value);
            }
            else if (member.NameEquals("error"u8))
            {
                SetOnce(ref error, member.Value);
            }
        }

        if (version is not { } given || !JsonMarshal.GetRawUtf8Value(given).SequenceEqual("\"2.0\""u8))
        {
            throw NoResponse("jsonrpc is not \"2.0\"");
        }

        JsonRpcError? failure = error is { ValueKind: not JsonValueKind.Null } told ? JsonRpcError.Read(told) : null;
        CheckId(answered ?? throw NoResponse("the id is missing"), id, failure is not null);
        return failure is not null
            ? result is { ValueKind: not JsonValueKind.Null }
                ? throw NoResponse("there are result and error")
                : new JsonRpcResponse(default, failure)
            : result is { } found ? new JsonRpcResponse(TextOf(found, body), null)
            : throw NoResponse("there is neither result nor error");
    }

    /// <summary>A service that could not read the request cannot repeat its id; every other response does.</summary>
    private static void CheckId(JsonElement answered, long id, bool isError)
    {
        bool isOurs = long.TryParse(JsonMarshal.GetRawUtf8Value(answered), NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            && number == id;
        if (!isOurs && !(isError && answered.ValueKind == JsonValueKind.Null))
        {
            throw Wrong("the service responded to another request", "the id is another one");
        }
    }

    private static void SetOnce(ref JsonElement? member, JsonElement value) =>
        member = member is null ? value : throw NoResponse("a member is there twice");

    private static ServiceFaultException NoResponse(string detail) =>
        Wrong("the service's response is not a valid JSON-RPC 2.0 response", detail);

    private static ServiceFaultException Wrong(string text, string detail) => new(StatusCode.Internal, text, detail);
}
