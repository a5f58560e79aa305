using System.Buffers.Binary;
using System.IO.Compression;
using System.Net.Http.Headers;
using Google.Protobuf;

namespace SnetGateway.Tests.Gateway;

/// <summary>gRPC by hand: frames built and statuses read without the code under test.</summary>
internal static class RawGrpc
{
    public static byte[] Frame(byte[] body, byte flag = 0)
    {
        byte[] frame = new byte[5 + body.Length];
        frame[0] = flag;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), body.Length);
        body.CopyTo(frame, 5);
        return frame;
    }

    public static byte[] Frame(IMessage message) => Frame(message.ToByteArray());

    public static byte[] Gzip(byte[] body)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal))
        {
            gzip.Write(body);
        }

        return packed.ToArray();
    }

    /// <summary>The status, and whether it came in the headers of an answer without a body.</summary>
    public static async Task<(string? Status, string? Message, bool IsTrailersOnly)> ReadStatusAsync(this HttpResponseMessage response)
    {
        byte[] body = await response.Content.ReadAsByteArrayAsync();
        bool isTrailersOnly = response.Headers.Contains("grpc-status") && body.Length == 0 && !response.TrailingHeaders.Any();
        HttpResponseHeaders source = isTrailersOnly || response.Headers.Contains("grpc-status")
            ? response.Headers
            : response.TrailingHeaders;
        return (First(source, "grpc-status"), First(source, "grpc-message"), isTrailersOnly);
    }

    private static string? First(System.Net.Http.Headers.HttpHeaders headers, string name) =>
        headers.TryGetValues(name, out IEnumerable<string>? values) ? values.Single() : null;
}
