using System.Globalization;
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

    private static HttpRequestMessage Create(TranslatedCall call, HttpServiceOptions options, HttpMethodOptions method)
    {
        var target = new RequestTarget(call.Request.RequestUri!);
        bool isChanged = !method.HasBody || method.Path?.Contains('{', StringComparison.Ordinal) == true
            || options.Credentials.Values.Any(credential => credential.Location == CredentialOptions.Body);
        JsonNode? message = isChanged
            ? JsonNode.Parse(call.Json, documentOptions: new JsonDocumentOptions { MaxDepth = ResponsePart.MaxDepth })
            : null;
        target.AddPath(method.Path ?? call.Name, message as JsonObject);
        if (!method.HasBody)
        {
            target.AddFields(message as JsonObject ?? throw NotAnObject(call));
        }

        var request = new HttpRequestMessage { Method = HttpMethod.Parse(method.Verb) };
        foreach (CredentialOptions credential in options.Credentials.Values)
        {
            switch (credential.Location)
            {
                case CredentialOptions.Header:
                    request.Headers.TryAddWithoutValidation(credential.Key, credential.Value);
                    break;
                case CredentialOptions.Query:
                    target.AddQuery(credential.Key, credential.Value);
                    break;
                default:
                    (message as JsonObject ?? throw NotAnObject(call))[credential.Key] = credential.Value;
                    break;
            }
        }

        request.RequestUri = target.ToUri();
        if (method.HasBody)
        {
            request.Content = new ByteArrayContent(
                message is null ? call.Json : JsonSerializer.SerializeToUtf8Bytes(message, s_serializer));
            request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        }

        return request;
    }

    private static RpcException NotAnObject(TranslatedCall call) =>
        new(new Status(StatusCode.Internal, $"{call.Method.Input.FullName} is not a JSON object, which this service requires"));
}
