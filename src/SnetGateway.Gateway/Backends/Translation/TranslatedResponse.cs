using System.Net;
using Grpc.Core;
using SnetGateway.GrpcWire.Headers;
using SnetGateway.GrpcWire.Messages;
using SnetGateway.GrpcWire.Statuses;

namespace SnetGateway.Gateway.Backends.Translation;

/// <summary>What a service that speaks no gRPC answers: to the proxy it is the answer of a gRPC service, so that one mechanism settles for all kinds.</summary>
internal static class TranslatedResponse
{
    /// <summary>The content type of messages that are JSON.</summary>
    public const string JsonType = GrpcContentType.Grpc + "+json";

    /// <summary>A status is a header, and the answer of a service may be a novel.</summary>
    private const int LongestText = 1024;

    /// <summary>One message, and OK.</summary>
    public static HttpResponseMessage Message(HttpRequestMessage request, string contentType, ReadOnlySpan<byte> message)
    {
        HttpResponseMessage answer = Create(request, contentType, new ByteArrayContent(SingleMessage.Write(message)));
        answer.TrailingHeaders.TryAddWithoutValidation(GrpcHeaderNames.Status, GrpcStatusText.Of(StatusCode.OK));
        return answer;
    }

    /// <summary>No message, and this status, in the headers.</summary>
    public static HttpResponseMessage Status(HttpRequestMessage request, string contentType, Status status, Metadata metadata)
    {
        HttpResponseMessage answer = Create(request, contentType, new ByteArrayContent([]));
        answer.Headers.TryAddWithoutValidation(GrpcHeaderNames.Status, GrpcStatusText.Of(status.StatusCode));
        answer.Headers.TryAddWithoutValidation(GrpcHeaderNames.Message, GrpcMessage.Encode(Cut(status.Detail)));
        if (status.StatusCode == StatusCode.Unimplemented)
        {
            answer.Headers.TryAddWithoutValidation(GrpcHeaderNames.AcceptEncoding, GrpcEncodings.Accepted);
        }

        foreach (Metadata.Entry entry in metadata)
        {
            answer.Headers.TryAddWithoutValidation(entry.Key, BinaryMetadata.ToHeader(entry));
        }

        return answer;
    }

    /// <summary>An answer with a body of gRPC frames, whose trailers are still to be set.</summary>
    public static HttpResponseMessage Create(HttpRequestMessage request, string contentType, HttpContent body)
    {
        body.Headers.TryAddWithoutValidation("Content-Type", contentType);
        return new HttpResponseMessage(HttpStatusCode.OK) { RequestMessage = request, Version = request.Version, Content = body };
    }

    private static string Cut(string text) => text.Length <= LongestText ? text : text[..LongestText] + "...";
}
