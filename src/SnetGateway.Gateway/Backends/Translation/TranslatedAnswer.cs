using System.Net;
using Grpc.Core;
using SnetGateway.GrpcWire.Headers;
using SnetGateway.GrpcWire.Messages;
using SnetGateway.GrpcWire.Statuses;

namespace SnetGateway.Gateway.Backends.Translation;

/// <summary>What a translator answers: to the proxy it is the answer of a gRPC service, so that one mechanism settles for all kinds.</summary>
internal static class TranslatedAnswer
{
    private const string JsonType = GrpcContentType.Grpc + "+json";

    /// <summary>A status is a header, and the answer of a service may be a novel.</summary>
    private const int LongestText = 1024;

    /// <summary>One message, and OK.</summary>
    public static HttpResponseMessage Message(HttpRequestMessage request, GrpcCodec codec, ReadOnlySpan<byte> message)
    {
        HttpResponseMessage answer = Create(request, SingleMessage.Write(message), codec);
        answer.TrailingHeaders.TryAddWithoutValidation(GrpcHeaderNames.Status, GrpcStatusText.Of(StatusCode.OK));
        return answer;
    }

    /// <summary>No message, and this status.</summary>
    public static HttpResponseMessage Status(HttpRequestMessage request, Status status, Metadata metadata)
    {
        HttpResponseMessage answer = Create(request, [], GrpcCodec.Proto);
        answer.Headers.TryAddWithoutValidation(GrpcHeaderNames.Status, GrpcStatusText.Of(status.StatusCode));
        answer.Headers.TryAddWithoutValidation(GrpcHeaderNames.Message, GrpcMessage.Encode(Cut(status.Detail)));
        foreach (Metadata.Entry entry in metadata)
        {
            answer.Headers.TryAddWithoutValidation(entry.Key, BinaryMetadata.ToHeader(entry));
        }

        return answer;
    }

    private static HttpResponseMessage Create(HttpRequestMessage request, byte[] body, GrpcCodec codec)
    {
        var content = new ByteArrayContent(body);
        content.Headers.TryAddWithoutValidation("Content-Type", codec == GrpcCodec.Json ? JsonType : GrpcContentType.Grpc);
        return new HttpResponseMessage(HttpStatusCode.OK) { RequestMessage = request, Content = content };
    }

    private static string Cut(string text) => text.Length <= LongestText ? text : text[..LongestText] + "...";
}
