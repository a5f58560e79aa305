using System.Text;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace SnetGateway.Gateway.Web;

/// <summary>
/// Headers that belong to one connection (RFC 9110, 7.6.1). None reaches a service: HTTP/2 forbids them, and services on Go or Node reset every
/// call that carries one.
/// </summary>
internal static class ConnectionHeaders
{
    private static readonly string[] Names =
        [HeaderNames.Connection, HeaderNames.KeepAlive, HeaderNames.ProxyConnection, HeaderNames.TransferEncoding, HeaderNames.Upgrade, HeaderNames.TE];

    /// <summary>Takes them off a request, and what its `connection` names.</summary>
    public static void RemoveFrom(IHeaderDictionary headers)
    {
        RemoveNamed(headers);
        foreach (string name in Names)
        {
            headers.Remove(name);
        }
    }

    /// <summary>Takes off what `connection` names, and leaves what the forwarder looks at itself and takes off.</summary>
    public static void RemoveNamed(IHeaderDictionary headers)
    {
        StringValues connection = headers.Connection;
        foreach (string? line in connection)
        {
            foreach (string option in (line ?? string.Empty).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                // The forwarder needs them: an upgrade of a free route, and where the call goes.
                if (!Is(option, HeaderNames.Upgrade) && !Is(option, HeaderNames.Connection) && !Is(option, HeaderNames.Host))
                {
                    headers.Remove(option);
                }
            }
        }
    }

    private static bool Is(string left, string right) => Ascii.EqualsIgnoreCase(left, right);
}
