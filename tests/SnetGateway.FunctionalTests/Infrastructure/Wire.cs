using System.Buffers.Binary;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace SnetGateway.FunctionalTests.Infrastructure;

/// <summary>gRPC in its smallest pieces, for scripted services and raw clients.</summary>
internal static class Wire
{
    public const string ContentType = "application/grpc";

    public static byte[] Frame(string message, bool compressed = false) => Frame(Encoding.UTF8.GetBytes(message), compressed);

    public static byte[] Frame(byte[] message, bool compressed = false)
    {
        byte[] frame = new byte[5 + message.Length];
        frame[0] = compressed ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame, 5);
        return frame;
    }

    /// <summary>The messages of a body; a rest that is no whole frame ends up in <paramref name="rest"/>.</summary>
    public static List<byte[]> Messages(ReadOnlySpan<byte> body, out byte[] rest)
    {
        var messages = new List<byte[]>();
        while (body.Length >= 5 && body.Length - 5 >= BinaryPrimitives.ReadInt32BigEndian(body[1..]))
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(body[1..]);
            messages.Add(body.Slice(5, length).ToArray());
            body = body[(5 + length)..];
        }

        rest = body.ToArray();
        return messages;
    }

    /// <summary>Answers each message with itself.</summary>
    public static async Task EchoAsync(HttpContext context)
    {
        Begin(context);
        await context.Request.Body.CopyToAsync(context.Response.Body, context.RequestAborted);
        End(context, 0);
    }

    public static void Begin(HttpContext context) => context.Response.ContentType = ContentType;

    public static async Task SendAsync(HttpContext context, byte[] bytes)
    {
        await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }

    public static void End(HttpContext context, int status, string? message = null)
    {
        context.Response.AppendTrailer("grpc-status", status.ToString(System.Globalization.CultureInfo.InvariantCulture));
        if (message is not null)
        {
            context.Response.AppendTrailer("grpc-message", message);
        }
    }

    /// <summary>A trailers-only answer: one block of headers, no body.</summary>
    public static Task TrailersOnly(HttpContext context, int status, string message = "")
    {
        Begin(context);
        context.Response.Headers["grpc-status"] = status.ToString(System.Globalization.CultureInfo.InvariantCulture);
        context.Response.Headers["grpc-message"] = message;
        return Task.CompletedTask;
    }

    public static async Task ReadAllAsync(HttpContext context) =>
        await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
}
