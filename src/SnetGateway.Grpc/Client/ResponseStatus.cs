using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Grpc.Core;
using SnetGateway.GrpcWire.Headers;
using SnetGateway.GrpcWire.Statuses;

namespace SnetGateway.Grpc.Client;

/// <summary>How an HTTP response, or the lack of one, becomes a status.</summary>
internal static class ResponseStatus
{
    /// <summary>The status that stands in headers or trailers, if one does.</summary>
    public static Status? Find(HttpHeaders headers)
    {
        if (!headers.NonValidated.TryGetValues(GrpcHeaderNames.Status, out var codes))
        {
            return null;
        }

        var message = headers.NonValidated.TryGetValues(GrpcHeaderNames.Message, out var messages) ? GrpcMessage.Decode(messages.ToString()) : string.Empty;
        return GrpcStatusText.TryParse(codes.ToString(), out var code)
            ? new Status(code, message)
            : new Status(StatusCode.Unknown, "grpc-status is not a number");
    }

    /// <summary>Of a response that brings no status: what is wrong with it before its body, or null when it is gRPC.</summary>
    public static Status? FindRefusal(HttpResponseMessage response)
    {
        if (response.StatusCode != HttpStatusCode.OK)
        {
            return new Status(HttpStatusMapping.ToGrpc((int)response.StatusCode), $"the answer was HTTP status {(int)response.StatusCode}");
        }

        var contentType = response.Content.Headers.NonValidated.TryGetValues("content-type", out var values) ? values.ToString() : string.Empty;
        return GrpcContentType.Parse(contentType).Transport == GrpcTransport.Grpc
            ? null
            : new Status(HttpStatusMapping.ToGrpc((int)response.StatusCode), "the answer is no gRPC");
    }

    /// <summary>What a failure on the way means.</summary>
    public static Status Of(Exception failure)
    {
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            // NO_ERROR is how the connection of a server that shuts down in order is reported; the call may be made elsewhere.
            if (cause is HttpProtocolException { ErrorCode: not 0 and var errorCode })
            {
                return new Status(Http2ErrorMapping.ToGrpc(errorCode), $"the stream was reset with HTTP/2 error {errorCode}");
            }
        }

        return failure is HttpRequestException or IOException or SocketException
            ? new Status(StatusCode.Unavailable, "the service cannot be reached")
            : new Status(StatusCode.Internal, "the call could not be made");
    }

    /// <summary>All headers that are an application's.</summary>
    public static Metadata ReadMetadata(HttpHeaders headers)
    {
        Metadata? metadata = null;
        foreach (var (name, values) in headers.NonValidated)
        {
            if (name.StartsWith(GrpcHeaderNames.ReservedPrefix, StringComparison.OrdinalIgnoreCase) && !name.EndsWith(BinaryMetadata.Suffix, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            metadata ??= new Metadata();
            foreach (var value in values)
            {
                if (!name.EndsWith(BinaryMetadata.Suffix, StringComparison.OrdinalIgnoreCase))
                {
                    metadata.Add(name, value);
                    continue;
                }

                var bytes = new byte[BinaryMetadata.MaxDecodedLength(value.Length)];
                if (BinaryMetadata.TryDecode(value, bytes, out var written))
                {
                    metadata.Add(name, bytes[..written]);
                }
            }
        }

        return metadata ?? Metadata.Empty;
    }
}
