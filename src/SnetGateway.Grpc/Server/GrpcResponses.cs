using System.Globalization;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using SnetGateway.GrpcWire.Headers;
using SnetGateway.GrpcWire.Messages;
using SnetGateway.GrpcWire.Statuses;

namespace SnetGateway.Grpc.Server;

/// <summary>The ways in which an answer begins and ends on the wire.</summary>
internal static class GrpcResponses
{
    public static void SetHeaders(HttpResponse response, Metadata metadata)
    {
        response.ContentType = GrpcContentType.Grpc;
        response.Headers[GrpcHeaderNames.AcceptEncoding] = GrpcEncodings.Accepted;
        foreach (var entry in metadata)
        {
            response.Headers.Append(entry.Key, BinaryMetadata.ToHeader(entry));
        }
    }

    /// <summary>Ends a call whose headers have gone ahead.</summary>
    public static void SetTrailers(HttpResponse response, Status status, Metadata metadata)
    {
        response.AppendTrailer(GrpcHeaderNames.Status, GrpcStatusText.Of(status.StatusCode));
        if (status.Detail is { Length: > 0 } message)
        {
            response.AppendTrailer(GrpcHeaderNames.Message, GrpcMessage.Encode(message));
        }

        foreach (var entry in metadata)
        {
            response.AppendTrailer(entry.Key, BinaryMetadata.ToHeader(entry));
        }
    }

    /// <summary>Ends a call before its first message: status and trailers are the headers, and there is no body ("Trailers-Only").</summary>
    public static void SetTrailersOnly(HttpResponse response, Status status, Metadata metadata)
    {
        SetHeaders(response, metadata);
        SetStatusHeaders(response, status);
    }

    /// <summary>Refuses what is no gRPC request in the first place, so that a person and a gRPC client can both read why.</summary>
    public static Task RefuseAsync(HttpContext context, int httpStatus, string reason)
    {
        var response = context.Response;
        response.StatusCode = httpStatus;
        SetStatusHeaders(response, new Status(StatusCode.Internal, reason));
        if (httpStatus == StatusCodes.Status405MethodNotAllowed)
        {
            response.Headers[HeaderNames.Allow] = HttpMethods.Post;
        }

        if (HttpMethods.IsHead(context.Request.Method))
        {
            return Task.CompletedTask;
        }

        response.ContentType = "text/plain; charset=utf-8";
        return response.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"{reason}\n"), context.RequestAborted);
    }

    private static void SetStatusHeaders(HttpResponse response, Status status)
    {
        response.Headers[GrpcHeaderNames.Status] = GrpcStatusText.Of(status.StatusCode);
        if (status.Detail is { Length: > 0 } message)
        {
            response.Headers[GrpcHeaderNames.Message] = GrpcMessage.Encode(message);
        }
    }
}
