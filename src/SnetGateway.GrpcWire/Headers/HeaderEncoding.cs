using System.Text;

namespace SnetGateway.GrpcWire.Headers;

/// <summary>
/// How header bytes become text and back: Latin-1 on both sides, so that metadata is forwarded byte for byte, whatever encoding the client
/// and the service use.
/// </summary>
public static class HeaderEncoding
{
    /// <summary>For the server.</summary>
    public static Encoding OfServer(string name) => Encoding.Latin1;

    /// <summary>For the HTTP client.</summary>
    public static Encoding OfClient(string name, HttpRequestMessage request) => Encoding.Latin1;
}
