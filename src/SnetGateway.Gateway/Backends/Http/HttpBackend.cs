using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Grpc.Core;
using SnetGateway.Gateway.Backends.Translation;

namespace SnetGateway.Gateway.Backends.Http;

/// <summary>A service with a JSON API over HTTP: a path and an HTTP method for each gRPC method, and credentials.</summary>
internal sealed class HttpBackend(HttpMessageHandler inner, string clusterId, TranslatorServices services)
    : TranslatedBackend(inner, clusterId, services)
{
    private static readonly HttpMethodOptions s_unnamed = new();

    private static readonly JsonSerializerOptions s_serializer =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = ResponsePart.MaxDepth };

    // URLs that hold nothing of a call, by the destination and the path: each new one would be parsed.
    private readonly ConditionalWeakTable<Uri, ConcurrentDictionary<string, Uri>> _urls = [];

    protected override async Task<ReadOnlyMemory<byte>> CallAsync(TranslatedCall call, CancellationToken cancellationToken)
    {
        HttpServiceOptions options = call.Options.Http;
        HttpMethodOptions method = options.Methods.GetValueOrDefault(call.Method.Path) ?? s_unnamed;
        using HttpRequestMessage request = Create(call, options, method);
        BackendResponse answer = await AskAsync(call, request, cancellationToken);
        if (answer.IsSuccess)
        {
            return ResponsePart.Find(answer.Body, method, call.Method.Output);
        }

        string status = ((int)answer.Status).ToString(CultureInfo.InvariantCulture);
        bool isMapped = method.Statuses.TryGetValue(status, out StatusCode code) || options.Statuses.TryGetValue(status, out code);
        throw isMapped ? new RpcException(new Status(code, $"the service responded with HTTP status {status}")) : Failed(answer.Status);
    }

    private HttpRequestMessage Create(TranslatedCall call, HttpServiceOptions options, HttpMethodOptions method)
    {
        Dictionary<string, CredentialOptions>.ValueCollection credentials = options.Credentials.Values;
        bool takesFields = !method.HasBody || method.Path?.Contains('{', StringComparison.Ordinal) == true;
        JsonNode? message = takesFields || credentials.Any(credential => credential.Location == CredentialOptions.Body)
            ? JsonNode.Parse(call.Json, documentOptions: new JsonDocumentOptions { MaxDepth = ResponsePart.MaxDepth })
            : null;
        bool isOwnUrl = takesFields || credentials.Any(credential => credential.Location == CredentialOptions.Query);
        var request = new HttpRequestMessage
        {
            Method = HttpMethod.Parse(method.Verb),
            RequestUri = isOwnUrl ? UrlOf(call, options, method, message) : UrlOf(call, method),
        };
        foreach (CredentialOptions credential in credentials)
        {
            if (credential.Location == CredentialOptions.Header)
            {
                request.Headers.TryAddWithoutValidation(credential.Key, credential.Value);
            }
            else if (credential.Location == CredentialOptions.Body)
            {
                (message as JsonObject ?? throw NotAnObject(call))[credential.Key] = credential.Value;
            }
        }

        if (method.HasBody)
        {
            request.Content = new ByteArrayContent(
                message is null ? call.Json : JsonSerializer.SerializeToUtf8Bytes(message, s_serializer));
            request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        }

        return request;
    }

    /// <summary>With the message's fields and the credentials that belong there. Fields of the path are taken out of the message.</summary>
    private static Uri UrlOf(TranslatedCall call, HttpServiceOptions options, HttpMethodOptions method, JsonNode? message)
    {
        var target = new RequestTarget(call.Request.RequestUri!);
        target.AddPath(method.Path ?? call.Name, message as JsonObject);
        if (!method.HasBody)
        {
            target.AddFields(message as JsonObject ?? throw NotAnObject(call));
        }

        foreach (CredentialOptions credential in options.Credentials.Values)
        {
            if (credential.Location == CredentialOptions.Query)
            {
                target.AddQuery(credential.Key, credential.Value);
            }
        }

        return target.ToUri();
    }

    /// <summary>The same for all calls of a method.</summary>
    private Uri UrlOf(TranslatedCall call, HttpMethodOptions method)
    {
        Uri address = call.Request.RequestUri!;
        return _urls.GetOrCreateValue(address).GetOrAdd(
            method.Path ?? call.Name,
            static (path, address) =>
            {
                var target = new RequestTarget(address);
                target.AddPath(path, null);
                return target.ToUri();
            },
            address);
    }

    private static RpcException NotAnObject(TranslatedCall call) =>
        new(new Status(StatusCode.Internal, $"{call.Method.Input.FullName} is not a JSON object, which this service requires"));
}
