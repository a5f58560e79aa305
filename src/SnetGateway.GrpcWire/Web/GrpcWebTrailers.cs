using System.Buffers.Binary;
using System.Text;
using Microsoft.AspNetCore.Http;
using SnetGateway.GrpcWire.Frames;

namespace SnetGateway.GrpcWire.Web;

/// <summary>
/// The last frame of a gRPC-Web body, which contains the trailers (gRPC-Web, "Message framing"): the flag 0x80, the length, and lines in
/// the format of HTTP/1.1 headers, with names in lower case.
/// </summary>
public static class GrpcWebTrailers
{
    /// <summary>The flag byte of a trailers frame. Message frames have 0 or 1.</summary>
    public const byte Flag = 0x80;

    /// <summary>Encodes trailers. Each character of a value is one byte, as received from the service.</summary>
    public static byte[] Encode(IHeaderDictionary trailers)
    {
        ArgumentNullException.ThrowIfNull(trailers);
        var lines = new StringBuilder();
        foreach ((string? name, Microsoft.Extensions.Primitives.StringValues values) in trailers)
        {
            foreach (string? value in values)
            {
                Append(lines, name, lowerCase: true).Append(':');
                Append(lines, value ?? string.Empty, lowerCase: false).Append("\r\n");
            }
        }

        byte[] frame = new byte[FrameHeader.Size + lines.Length];
        frame[0] = Flag;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), lines.Length);
        Encoding.Latin1.GetBytes(lines.ToString(), frame.AsSpan(FrameHeader.Size));
        return frame;
    }

    /// <summary>Replaces line breaks, which would begin another trailer and could forge a status.</summary>
    private static StringBuilder Append(StringBuilder lines, string text, bool lowerCase)
    {
        foreach (char character in text)
        {
            lines.Append(character is '\r' or '\n' or '\0' ? ' ' : lowerCase ? char.ToLowerInvariant(character) : character);
        }

        return lines;
    }
}
