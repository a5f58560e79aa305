using System.Text;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace SnetGateway.Gateway.Web;

/// <summary>
/// Headers that apply to one connection only (RFC 9110, 7.6.1). They must not reach a service: HTTP/2 forbids them, and services in Go or
/// Node reset calls that have one.
/// </summary>
internal static class ConnectionHeaders
{
    private static readonly string[] s_names =
        [
            HeaderNames.Connection, HeaderNames.KeepAlive, HeaderNames.ProxyConnection, HeaderNames.TransferEncoding, HeaderNames.Upgrade,
            HeaderNames.TE,
        ];

    /// <summary>Removes them from a request, and the headers that its `connection` names.</summary>
    public static void RemoveFrom(IHeaderDictionary headers)
    {
        RemoveNamed(headers);
        foreach (string name in s_names)
        {
            headers.Remove(name);
        }
    }

    /// <summary>Removes the headers that `connection` names, except those that the forwarder handles itself.</summary>
    public static void RemoveNamed(IHeaderDictionary headers)
    {
        StringValues connection = headers.Connection;
        foreach (string? line in connection)
        {
            foreach (string option in (line ?? string.Empty).Split(
                ',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                // The forwarder needs these for upgrades on unpaid routes and for the destination.
                if (!Is(option, HeaderNames.Upgrade) && !Is(option, HeaderNames.Connection) && !Is(option, HeaderNames.Host))
                {
                    headers.Remove(option);
                }
            }
        }
    }

    private static bool Is(string left, string right) => Ascii.EqualsIgnoreCase(left, right);
}
