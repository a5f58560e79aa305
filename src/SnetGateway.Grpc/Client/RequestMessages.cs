using System.Net;
using System.Net.Http.Headers;
using SnetGateway.GrpcWire.Headers;
using SnetGateway.GrpcWire.Messages;

namespace SnetGateway.Grpc.Client;

/// <summary>The HTTP request of a call ("Requests" of gRPC over HTTP/2).</summary>
internal static class RequestMessages
{
    private const string UserAgent = "grpc-dotnet-snetgateway/0.1";

    public static HttpRequestMessage Create(string uri, HttpContent content, GrpcCallOptions options)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, uri)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        content.Headers.ContentType = new MediaTypeHeaderValue(GrpcContentType.Grpc);

        // Tells proxies on the way that trailers are wanted; some services refuse a call without it.
        request.Headers.TryAddWithoutValidation("te", "trailers");
        request.Headers.TryAddWithoutValidation(GrpcHeaderNames.AcceptEncoding, GrpcEncodings.Accepted);
        if (options.Timeout is { } timeout)
        {
            request.Headers.TryAddWithoutValidation(GrpcHeaderNames.Timeout, GrpcTimeout.Format(timeout));
        }

        foreach (var entry in options.Metadata)
        {
            request.Headers.TryAddWithoutValidation(entry.Key, BinaryMetadata.ToHeader(entry));
        }

        if (options.Metadata.GetValue("user-agent") is null)
        {
            request.Headers.TryAddWithoutValidation("user-agent", UserAgent);
        }

        return request;
    }
}
