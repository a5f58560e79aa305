using System.Buffers.Binary;
using System.Text;
using Microsoft.AspNetCore.Http;
using SnetGateway.GrpcWire.Frames;

namespace SnetGateway.GrpcWire.Web;

/// <summary>
/// The last frame of a gRPC-Web body, which carries the trailers (gRPC-Web, "Message framing"): a flag of 0x80, the length, and lines as HTTP/1.1
/// writes headers, with names in lower case.
/// </summary>
public static class GrpcWebTrailers
{
    /// <summary>The flag byte of a frame of trailers. Messages have 0 or 1.</summary>
    public const byte Flag = 0x80;

    /// <summary>The frame of these trailers. Each character of a value is one byte, as on the way from the service.</summary>
    public static byte[] Encode(IHeaderDictionary trailers)
    {
        ArgumentNullException.ThrowIfNull(trailers);
        var lines = new StringBuilder();
        foreach (var (name, values) in trailers)
        {
            foreach (var value in values)
            {
                Append(lines, name, lowerCase: true).Append(':');
                Append(lines, value ?? string.Empty, lowerCase: false).Append("\r\n");
            }
        }

        var frame = new byte[FrameHeader.Size + lines.Length];
        frame[0] = Flag;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), lines.Length);
        Encoding.Latin1.GetBytes(lines.ToString(), frame.AsSpan(FrameHeader.Size));
        return frame;
    }

    /// <summary>A line break inside a value would begin a trailer of its own, and a status that nobody meant.</summary>
    private static StringBuilder Append(StringBuilder lines, string text, bool lowerCase)
    {
        foreach (var character in text)
        {
            lines.Append(character is '\r' or '\n' or '\0' ? ' ' : lowerCase ? char.ToLowerInvariant(character) : character);
        }

        return lines;
    }
}
