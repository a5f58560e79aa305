using System.Globalization;
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
    /// <exception cref="ServiceFaultException">It is none.</exception>
    public static JsonRpcResponse Read(ReadOnlyMemory<byte> body, long id)
    {
        if (!Utf8.IsValid(body.Span))
        {
            throw Wrong("the service's answer is no JSON", "the body is not UTF-8");
        }

        try
        {
            return ReadMembers(body, id);
        }
        catch (JsonException broken)
        {
            throw new ServiceFaultException(
                StatusCode.Internal,
                "the service's answer is no JSON",
                string.Create(CultureInfo.InvariantCulture, $"line {broken.LineNumber + 1}, byte {broken.BytePositionInLine + 1}"));
        }
        catch (InvalidOperationException)
        {
            throw NoResponse("a text in it is no text");
        }
    }

    private static JsonRpcResponse ReadMembers(ReadOnlyMemory<byte> body, long id)
    {
        var reader = new Utf8JsonReader(body.Span, new JsonReaderOptions { MaxDepth = MaxDepth });
        if (body.Span.IndexOfAnyExcept(" \t\r\n"u8) < 0)
        {
            // What a service answers to a notification.
            throw Wrong("the service answered nothing", "the body is empty");
        }

        reader.Read();
        if (reader.TokenType == JsonTokenType.StartArray)
        {
            throw Wrong("the service answered with a batch", "the body is a list");
        }

        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw NoResponse("the body is no object");
        }

        Range? version = null, result = null, error = null, answered = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("jsonrpc"u8))
            {
                version = Skip(ref reader, version);
            }
            else if (reader.ValueTextEquals("result"u8))
            {
                result = Skip(ref reader, result);
            }
            else if (reader.ValueTextEquals("error"u8))
            {
                error = Skip(ref reader, error);
            }
            else if (reader.ValueTextEquals("id"u8))
            {
                answered = Skip(ref reader, answered);
            }
            else
            {
                Skip(ref reader, null);
            }
        }

        // Whatever follows the object is an error of the reader's.
        reader.Read();
        if (version is null || !body.Span[version.Value].SequenceEqual("\"2.0\""u8))
        {
            throw NoResponse("jsonrpc is not \"2.0\"");
        }

        JsonRpcError? failure = error is { } place && !IsNullAt(body, place) ? JsonRpcError.Read(body.Span[place]) : null;
        CheckId(body, answered, id, failure is not null);
        return failure is not null
            ? result is { } both && !IsNullAt(body, both) ? throw NoResponse("there are result and error") : new JsonRpcResponse(default, failure)
            : result is { } found ? new JsonRpcResponse(body[found], null)
            : throw NoResponse("there is neither result nor error");
    }

    /// <summary>A service that could not read the request cannot repeat its id; every other answer does.</summary>
    private static void CheckId(ReadOnlyMemory<byte> body, Range? answered, long id, bool isError)
    {
        if (answered is not { } place)
        {
            throw NoResponse("there is no id");
        }

        bool isOurs = long.TryParse(body.Span[place], NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number == id;
        if (!isOurs && !(isError && IsNullAt(body, place)))
        {
            throw Wrong("the service answered another request", "the id is another one");
        }
    }

    private static bool IsNullAt(ReadOnlyMemory<byte> body, Range place) => body.Span[place].SequenceEqual("null"u8);

    private static Range Skip(ref Utf8JsonReader reader, Range? before)
    {
        if (before is not null)
        {
            throw NoResponse("a member is there twice");
        }

        reader.Read();
        int start = (int)reader.TokenStartIndex;
        reader.Skip();
        return start..(int)reader.BytesConsumed;
    }

    private static ServiceFaultException NoResponse(string detail) => Wrong("the service's answer is no JSON-RPC 2.0 response", detail);

    private static ServiceFaultException Wrong(string text, string detail) => new(StatusCode.Internal, text, detail);
}
