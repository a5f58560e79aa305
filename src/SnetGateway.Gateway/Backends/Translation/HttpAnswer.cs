using System.Net;

namespace SnetGateway.Gateway.Backends.Translation;

/// <summary>A service's answer, read whole.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">The body, without a mark of its byte order; of an answer that is too long, nothing.</param>
internal readonly record struct HttpAnswer(HttpStatusCode Status, ReadOnlyMemory<byte> Body)
{
    private const int SmallestBuffer = 4096;

    public bool IsSuccess => (int)Status is >= 200 and <= 299;

    /// <summary>Reads a body of at most so many bytes; null when it is longer.</summary>
    public static async Task<ReadOnlyMemory<byte>?> ReadBodyAsync(HttpContent content, long maxBytes, CancellationToken cancellationToken)
    {
        if (content.Headers.ContentLength > maxBytes)
        {
            return null;
        }

        await using Stream stream = await content.ReadAsStreamAsync(cancellationToken);
        var bytes = new byte[Math.Min(content.Headers.ContentLength ?? SmallestBuffer, 1024 * 1024) + 1];
        int length = 0;
        while (await stream.ReadAsync(bytes.AsMemory(length), cancellationToken) is > 0 and int count)
        {
            length += count;
            if (length > maxBytes)
            {
                return null;
            }

            if (length == bytes.Length)
            {
                Array.Resize(ref bytes, (int)Math.Min(Array.MaxLength, bytes.Length * 2L));
            }
        }

        ReadOnlyMemory<byte> body = bytes.AsMemory(0, length);
        return body.Span.StartsWith("\uFEFF"u8) ? body[3..] : body;
    }
}
