using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Grpc.Core;
using SnetGateway.Gateway.Backends.Translation;

namespace SnetGateway.Gateway.Backends.JsonRpc;

/// <summary>A service that speaks JSON-RPC 2.0 over HTTP POST, at the address of its destination.</summary>
internal sealed class JsonRpcBackend(HttpMessageHandler inner, string clusterId, TranslatorServices services)
    : TranslatedBackend(inner, clusterId, services)
{
    /// <summary>Metadata beside the status of a service's error: the error's number.</summary>
    private const string ErrorCodeKey = "jsonrpc-error-code";

    private static readonly JsonWriterOptions s_writer = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private long _lastId;

    protected override async Task<ReadOnlyMemory<byte>> CallAsync(TranslatedCall call, CancellationToken cancellationToken)
    {
        long id = Interlocked.Increment(ref _lastId);
        using var request = new HttpRequestMessage(HttpMethod.Post, call.Request.RequestUri)
        {
            Content = new ReadOnlyMemoryContent(WriteRequest(call, id)),
        };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        BackendResponse answer = await AskAsync(call, request, cancellationToken);

        JsonRpcResponse response;
        try
        {
            response = JsonRpcResponse.Read(answer.Body, id);
        }
        catch (ServiceFaultException) when (!answer.IsSuccess)
        {
            // An error page. A server that sends a JSON-RPC error with an HTTP error status is read as JSON-RPC first.
            throw Failed(answer.Status);
        }

        if (response.Error is { } error)
        {
            throw new RpcException(StatusOf(error), new Metadata { { ErrorCodeKey, error.CodeText } });
        }

        return !answer.IsSuccess ? throw Failed(answer.Status)
            : response.IsNull && call.Method.Output.IsEmpty ? "{}"u8.ToArray()
            : response.Result;
    }

    private static ReadOnlyMemory<byte> WriteRequest(TranslatedCall call, long id)
    {
        var text = new ArrayBufferWriter<byte>(call.Json.Length + 128);
        using (var writer = new Utf8JsonWriter(text, s_writer))
        {
            writer.WriteStartObject();
            writer.WriteString("jsonrpc"u8, "2.0"u8);
            writer.WriteString("method"u8, call.Options.JsonRpc.Methods.GetValueOrDefault(call.Method.Path) ?? call.Name);
            writer.WritePropertyName("params"u8);

            // Parameters are an object or a list; a message whose JSON is neither is a list of one.
            bool isStructured = call.Json[0] is (byte)'{' or (byte)'[';
            if (!isStructured)
            {
                writer.WriteStartArray();
            }

            writer.WriteRawValue(call.Json, skipInputValidation: true);
            if (!isStructured)
            {
                writer.WriteEndArray();
            }

            writer.WriteNumber("id"u8, id);
            writer.WriteEndObject();
        }

        return text.WrittenMemory;
    }

    /// <summary>The error numbers of JSON-RPC 2.0, and all others.</summary>
    private static Status StatusOf(JsonRpcError error) => new(
        error.Code switch
        {
            -32601 => StatusCode.Unimplemented,
            -32602 => StatusCode.InvalidArgument,
            -32700 or -32600 or -32603 => StatusCode.Internal,
            _ => StatusCode.Unknown,
        },
        $"json-rpc error {error.CodeText}: {error.Message}");
}
