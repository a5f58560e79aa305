using System.Buffers;
using System.Text.Json;
using Grpc.Core;
using SnetGateway.Gateway.Backends.JsonRpc;
using SnetGateway.Gateway.Backends.Translation;
using SnetGateway.ProtoJson;

namespace SnetGateway.Gateway.Backends.Http;

/// <summary>
/// The part of a service's answer that is the message. Numbers keep every digit: texts are cut out and put together, never read.
/// </summary>
internal static class ResponsePart
{
    /// <summary>Deeper than any message may be.</summary>
    public const int MaxDepth = 512;

    /// <exception cref="ServiceFaultException">The part is missing, or the response is not JSON.</exception>
    public static ReadOnlyMemory<byte> Find(ReadOnlyMemory<byte> body, HttpMethodOptions method, ProtoMessageType output)
    {
        if (body.Span.IndexOfAnyExcept(" \t\r\n"u8) < 0)
        {
            return output.IsEmpty
                ? "{}"u8.ToArray()
                : throw new ServiceFaultException(StatusCode.Internal, "the service's response is empty", "the body is empty");
        }

        ReadOnlyMemory<byte> part = string.IsNullOrEmpty(method.ResponseFrom) ? body : Cut(body, method.ResponseFrom.Split('.'));
        return string.IsNullOrEmpty(method.ResponseInto) ? part : Wrap(part, method.ResponseInto);
    }

    private static ReadOnlyMemory<byte> Cut(ReadOnlyMemory<byte> body, string[] names)
    {
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = MaxDepth });
            JsonElement part = document.RootElement;
            foreach (string name in names)
            {
                part = part.ValueKind == JsonValueKind.Object && part.TryGetProperty(name, out JsonElement inner)
                    ? inner
                    : throw new ServiceFaultException(
                        StatusCode.Internal, "the service's response lacks the configured part", $"there is no {name}");
            }

            return JsonRpcResponse.TextOf(part, body);
        }
        // the latter where a name holds half a character
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            throw new ServiceFaultException(
                StatusCode.Internal, "the service's response is not valid JSON", $"line {(broken as JsonException)?.LineNumber + 1}");
        }
    }

    private static ReadOnlyMemory<byte> Wrap(ReadOnlyMemory<byte> part, string name)
    {
        var text = new ArrayBufferWriter<byte>(part.Length + 64);
        text.Write("{\""u8);
        text.Write(JsonEncodedText.Encode(name).EncodedUtf8Bytes);
        text.Write("\":"u8);
        text.Write(part.Span);
        text.Write("}"u8);
        return text.WrittenMemory;
    }
}
