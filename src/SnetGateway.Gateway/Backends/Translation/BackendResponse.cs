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
        try
        {
            await content.LoadIntoBufferAsync(Math.Min(maxBytes, int.MaxValue), cancellationToken);
        }
        catch (HttpRequestException tooLong) when (tooLong.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            return null;
        }

        ReadOnlyMemory<byte> body = await content.ReadAsByteArrayAsync(cancellationToken);
        return body.Span.StartsWith("\uFEFF"u8) ? body[3..] : body;
    }
}
