using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace SnetGateway.FunctionalTests.Infrastructure;

/// <summary>An answer as a client sees it, whole.</summary>
internal sealed record GrpcReply(
    HttpStatusCode Http, HttpResponseHeaders Headers, HttpContentHeaders ContentHeaders, HttpResponseHeaders Trailers, byte[] Body,
    List<byte[]> Messages, byte[] Rest)
{
    /// <summary>The gRPC status, from wherever it stands.</summary>
    public int Status => int.Parse(
        One(Trailers, "grpc-status") ?? One(Headers, "grpc-status") ?? throw new InvalidOperationException($"No grpc-status; HTTP {Http}."),
        System.Globalization.CultureInfo.InvariantCulture);

    public string Message => Uri.UnescapeDataString(One(Trailers, "grpc-message") ?? One(Headers, "grpc-message") ?? string.Empty);

    /// <summary>Whether the status came in the headers, with nothing behind it.</summary>
    public bool IsTrailersOnly => One(Headers, "grpc-status") is not null && Body.Length == 0;

    public string[] Texts => [.. Messages.Select(message => Encoding.UTF8.GetString(message))];

    public static async Task<GrpcReply> ReadAsync(HttpResponseMessage response)
    {
        byte[] body = await response.Content.ReadAsByteArrayAsync();
        List<byte[]> messages = Wire.Messages(body, out byte[] rest);
        return new GrpcReply(
            response.StatusCode, response.Headers, response.Content.Headers, response.TrailingHeaders, body, messages, rest);
    }

    public static string? One(HttpHeaders headers, string name) =>
        headers.TryGetValues(name, out IEnumerable<string>? values) ? string.Join('|', values) : null;
}
