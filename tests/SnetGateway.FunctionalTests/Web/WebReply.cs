using System.Buffers.Binary;
using System.Net;
using System.Text;
using SnetGateway.FunctionalTests.Infrastructure;

namespace SnetGateway.FunctionalTests.Web;

/// <summary>A gRPC-Web response, as a client reads it.</summary>
internal sealed record WebReply(HttpResponseMessage Response, byte[] Body, List<string> Texts, Dictionary<string, string> Trailers)
{
    public HttpStatusCode Http => Response.StatusCode;

    public string? ContentType => Header("content-type");

    /// <summary>The status, from the trailers frame or from the headers.</summary>
    public int Status => int.Parse(
        Trailers.GetValueOrDefault("grpc-status") ?? Header("grpc-status") ?? "-1", System.Globalization.CultureInfo.InvariantCulture);

    public string Message => Uri.UnescapeDataString(Trailers.GetValueOrDefault("grpc-message") ?? Header("grpc-message") ?? string.Empty);

    public string? Header(string name) => GrpcReply.One(Response.Headers, name) ?? GrpcReply.One(Response.Content.Headers, name);

    public static async Task<WebReply> ReadAsync(HttpResponseMessage response)
    {
        byte[] body = await response.Content.ReadAsByteArrayAsync();
        return Read(response, GrpcReply.One(response.Content.Headers, "content-type")?.Contains("text", StringComparison.Ordinal) == true
            ? Decode(body)
            : body);
    }

    public static WebReply Read(HttpResponseMessage response, byte[] body)
    {
        var texts = new List<string>();
        var trailers = new Dictionary<string, string>();
        for (int at = 0; at < body.Length;)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(body.AsSpan(at + 1));
            string content = Encoding.Latin1.GetString(body, at + 5, length);
            if (body[at] == 0x80)
            {
                foreach (string line in content.Split("\r\n", StringSplitOptions.RemoveEmptyEntries))
                {
                    trailers.Add(
                        line[..line.IndexOf(':', StringComparison.Ordinal)], line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..]);
                }
            }
            else
            {
                texts.Add(content);
            }

            at += 5 + length;
        }

        return new WebReply(response, body, texts, trailers);
    }

    public static byte[] Decode(byte[] text)
    {
        var bytes = new List<byte>();
        for (int at = 0; at < text.Length; at += 4)
        {
            bytes.AddRange(Convert.FromBase64String(Encoding.ASCII.GetString(text, at, 4)));
        }

        return [.. bytes];
    }
}
