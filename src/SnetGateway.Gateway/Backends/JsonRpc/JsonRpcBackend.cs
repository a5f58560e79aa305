using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Text;
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

    private const int MaxIdDigits = 19;

    /// <summary>What a request begins with, by the method's name.</summary>
    private readonly ConcurrentDictionary<string, byte[]> _beginnings = new(StringComparer.Ordinal);

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

    private ReadOnlyMemory<byte> WriteRequest(TranslatedCall call, long id)
    {
        string name = call.Options.JsonRpc.Methods.GetValueOrDefault(call.Method.Path) ?? call.Name;
        byte[] beginning = _beginnings.GetOrAdd(name, static name => Encoding.UTF8.GetBytes(
            $$"""{"jsonrpc":"2.0","method":"{{JsonEncodedText.Encode(name, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}}","params":"""));

        // Parameters are an object or a list; a message whose JSON is neither is a list of one.
        bool isStructured = call.Json[0] is (byte)'{' or (byte)'[';
        ReadOnlySpan<byte> before = isStructured ? [] : "["u8, after = isStructured ? ",\"id\":"u8 : "],\"id\":"u8;
        byte[] request = new byte[beginning.Length + before.Length + call.Json.Length + after.Length + MaxIdDigits + 1];
        int length = 0;
        Add(beginning);
        Add(before);
        Add(call.Json);
        Add(after);
        Utf8Formatter.TryFormat(id, request.AsSpan(length), out int digits);
        length += digits;
        Add("}"u8);
        return request.AsMemory(0, length);

        void Add(ReadOnlySpan<byte> part)
        {
            part.CopyTo(request.AsSpan(length));
            length += part.Length;
        }
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
