using System.Net;
using System.Net.Http.Headers;
using Grpc.Core;
using SnetGateway.GrpcWire.Headers;
using SnetGateway.GrpcWire.Messages;
using SnetGateway.GrpcWire.Statuses;

namespace SnetGateway.Gateway.Backends.Translation;

/// <summary>
/// The response of a service that does not speak gRPC. To the proxy it is a gRPC response, so that one mechanism settles all kinds.
/// </summary>
internal static class TranslatedResponse
{
    /// <summary>The content type of messages that are JSON.</summary>
    public const string JsonType = GrpcContentType.Grpc + "+json";

    /// <summary>Bound of a status text, which is a header: a service's text may be long.</summary>
    private const int LongestText = 1024;

    /// <summary>One message, and OK.</summary>
    public static HttpResponseMessage Message(HttpRequestMessage request, string contentType, ReadOnlySpan<byte> message)
    {
        HttpResponseMessage answer = Create(request, contentType, new ByteArrayContent(SingleMessage.Write(message)));
        WriteStatus(answer.TrailingHeaders, Grpc.Core.Status.DefaultSuccess);
        return answer;
    }

    /// <summary>No message, and this status, in the headers.</summary>
    public static HttpResponseMessage Status(HttpRequestMessage request, string contentType, Status status, Metadata metadata)
    {
        HttpResponseMessage answer = Create(request, contentType, new ByteArrayContent([]));
        WriteStatus(answer.Headers, status);
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

    /// <summary>A response with a body of gRPC frames, whose trailers are set later.</summary>
    public static HttpResponseMessage Create(HttpRequestMessage request, string contentType, HttpContent body)
    {
        body.Headers.TryAddWithoutValidation("Content-Type", contentType);
        return new HttpResponseMessage(HttpStatusCode.OK) { RequestMessage = request, Version = request.Version, Content = body };
    }

    /// <summary>Writes a status into headers or trailers.</summary>
    public static void WriteStatus(HttpHeaders headers, Status status)
    {
        headers.TryAddWithoutValidation(GrpcHeaderNames.Status, GrpcStatusText.Of(status.StatusCode));
        if (status.Detail.Length > 0)
        {
            headers.TryAddWithoutValidation(GrpcHeaderNames.Message, GrpcMessage.Encode(Cut(status.Detail)));
        }
    }

    private static string Cut(string text) => text.Length <= LongestText ? text : text[..LongestText] + "...";
}
