using System.Net;

namespace SnetGateway.Gateway.Backends.Translation;

/// <summary>The whole response of a service.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">The body, without a mark of its byte order; empty for a response that is too long.</param>
internal readonly record struct BackendResponse(HttpStatusCode Status, ReadOnlyMemory<byte> Body)
{
    public bool IsSuccess => (int)Status is >= 200 and <= 299;

    /// <summary>Reads a body of at most so many bytes; null when it is longer.</summary>
    public static async Task<ReadOnlyMemory<byte>?> ReadBodyAsync(HttpContent content, long maxBytes, CancellationToken cancellationToken)
    {
        if (content.Headers.ContentLength is { } length and <= int.MaxValue)
        {
            return length <= maxBytes ? WithoutMark(await ReadOfLengthAsync(content, (int)length, cancellationToken)) : null;
        }

        try
        {
            await content.LoadIntoBufferAsync(Math.Min(maxBytes, int.MaxValue), cancellationToken);
        }
        catch (HttpRequestException tooLong) when (tooLong.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            return null;
        }

        return WithoutMark(await content.ReadAsByteArrayAsync(cancellationToken));
    }

    /// <summary>
    /// Reads a body of a given length without the buffers that one of unknown length needs. The HTTP client reports one that breaks off;
    /// responses such as 304, whose length is that of another body, end immediately.
    /// </summary>
    /// <exception cref="IOException">The body broke off, or is longer.</exception>
    private static async Task<ReadOnlyMemory<byte>> ReadOfLengthAsync(HttpContent content, int length, CancellationToken cancellationToken)
    {
        byte[] body = new byte[length];
        await using Stream stream = await content.ReadAsStreamAsync(cancellationToken);
        int read = await stream.ReadAtLeastAsync(body, length, throwOnEndOfStream: false, cancellationToken);

        // To its end, so that the connection is free for another request.
        return await stream.ReadAsync(new byte[1], cancellationToken) == 0
            ? body.AsMemory(0, read)
            : throw new IOException("the body is longer than its Content-Length");
    }

    private static ReadOnlyMemory<byte> WithoutMark(ReadOnlyMemory<byte> body) => body.Span.StartsWith("\uFEFF"u8) ? body[3..] : body;
}
