using System.Globalization;
using System.Net;
using Grpc.Core;
using SnetGateway.Gateway.Limits;
using SnetGateway.GrpcWire.Headers;
using SnetGateway.GrpcWire.Statuses;

namespace SnetGateway.Gateway.Backends.Translation;

/// <summary>
/// A service that speaks JSON over HTTP, for clients that speak gRPC with protobuf or JSON messages. The service's descriptors translate
/// between them. One message in, one message out.
/// </summary>
/// <remarks>
/// A response is read whole and validated before any of it is sent to the client, so nothing is charged for one that cannot be used. A
/// service that cannot be reached throws, as it does for gRPC: the proxy counts it.
/// </remarks>
internal abstract class TranslatedBackend(HttpMessageHandler inner, string clusterId, TranslatorServices services)
    : DelegatingHandler(inner)
{
    /// <summary>The client's metadata that the service gets; all other metadata is not forwarded.</summary>
    private static readonly string[] s_passed = ["snet-user-address", GrpcHeaderNames.Timeout];

    private ClusterBackend? _backend;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (TranslatedRequest.InputOf(request) is not { Method: var method })
        {
            // The proxy's own health probe.
            return await base.SendAsync(request, cancellationToken);
        }

        var type = GrpcContentType.Parse(TranslatedRequest.ContentTypeOf(request));
        if (type.Transport != GrpcTransport.Grpc)
        {
            return new HttpResponseMessage(HttpStatusCode.UnsupportedMediaType) { RequestMessage = request };
        }

        try
        {
            return await TranslateAsync(request, method, type.Codec, cancellationToken);
        }
        catch (ServiceFaultException fault)
        {
            BackendLog.ResponseUnusable(services.Logger, clusterId, method, fault.Status.StatusCode, fault.Status.Detail, fault.Message);
            return TranslatedResponse.Status(request, GrpcContentType.Grpc, fault.Status, Metadata.Empty);
        }
        catch (RpcException refused)
        {
            return TranslatedResponse.Status(request, GrpcContentType.Grpc, refused.Status, refused.Trailers);
        }
    }

    /// <summary>Calls the service and returns its response as the JSON of the method's output.</summary>
    /// <exception cref="RpcException">The request cannot be sent, or the service refused it.</exception>
    /// <exception cref="ServiceFaultException">The response cannot be used.</exception>
    protected abstract Task<ReadOnlyMemory<byte>> CallAsync(TranslatedCall call, CancellationToken cancellationToken);

    /// <summary>Sends the translated request and reads the whole response.</summary>
    protected async Task<BackendResponse> AskAsync(TranslatedCall call, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Version = call.Request.Version;
        request.VersionPolicy = call.Request.VersionPolicy;
        request.Headers.Host = call.Request.Headers.Host;
        request.Headers.TryAddWithoutValidation("Accept", "application/json");
        foreach (string name in s_passed)
        {
            if (TranslatedRequest.HeaderOf(call.Request, name) is { } value)
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }
        }

        long most = MethodMessages.MostJson(call.MaxResponseBytes);
        using HttpResponseMessage answer = await base.SendAsync(request, cancellationToken);
        if (answer.Content.Headers.NonValidated.Contains("Content-Encoding")
            && !answer.Content.Headers.ContentEncoding.All(encoding => encoding == "identity"))
        {
            throw new ServiceFaultException(
                StatusCode.Internal, "the service compressed its response without being asked",
                $"content-encoding: {answer.Content.Headers.ContentEncoding}");
        }

        try
        {
            ReadOnlyMemory<byte>? body = await BackendResponse.ReadBodyAsync(answer.Content, most, cancellationToken);
            return new BackendResponse(answer.StatusCode, body ?? throw TooLong(call, $"the body is longer than {most} bytes"));
        }
        catch (Exception broken) when (broken is IOException or HttpRequestException)
        {
            throw new ServiceFaultException(StatusCode.Unavailable, "the service broke off its response", broken.Message);
        }
    }

    /// <summary>The failure of an HTTP error status.</summary>
    protected static ServiceFaultException Failed(HttpStatusCode status) => new(
        HttpStatusMapping.ToGrpc((int)status),
        string.Create(CultureInfo.InvariantCulture, $"the service responded with HTTP status {(int)status}"),
        "its body is not shown");

    private async Task<HttpResponseMessage> TranslateAsync(
        HttpRequestMessage request, string path, GrpcCodec codec, CancellationToken cancellationToken)
    {
        MethodMessages.CheckCodec(codec);

        // Calls still run for a moment on a cluster that a reload has removed.
        ClusterBackend backend = services.Clusters.Backends.Find(clusterId) ?? _backend
            ?? throw MethodMessages.Undescribed();
        _backend = backend;
        MethodMessages messages = await MethodMessages.FindAsync(backend.Descriptors, path, cancellationToken);
        if (messages.Method is not { StreamsRequests: false, StreamsResponses: false })
        {
            throw new RpcException(
                new Status(StatusCode.Unimplemented, $"{path} streams, and this service takes one message and answers with one"));
        }

        LimitOptions limits = services.Limits.CurrentValue;
        ReadOnlyMemory<byte> message = await RequestBody.ReadMessageAsync(request, limits.MaxRequestMessageBytes, cancellationToken);
        var translator = new MessageTranslator(messages, codec);
        byte[] input = translator.ToService(message.Span, limits.MaxRequestMessageBytes);
        var call = new TranslatedCall(request, backend.Options, messages.Method, input, limits.MaxResponseMessageBytes);
        ReadOnlyMemory<byte> json = await CallAsync(call, cancellationToken);
        byte[] answer = translator.ToClient(json.Span);
        return answer.Length > call.MaxResponseBytes
            ? throw TooLong(call, string.Create(CultureInfo.InvariantCulture, $"the message has {answer.Length} bytes"))
            : TranslatedResponse.Message(request, codec == GrpcCodec.Json ? TranslatedResponse.JsonType : GrpcContentType.Grpc, answer);
    }

    private static ServiceFaultException TooLong(TranslatedCall call, string detail) => new(
        StatusCode.ResourceExhausted,
        string.Create(
            CultureInfo.InvariantCulture, $"a message of the response is larger than allowed: the limit is {call.MaxResponseBytes}"),
        detail);
}
