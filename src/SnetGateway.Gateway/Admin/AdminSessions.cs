using System.Security.Cryptography;
using System.Text;

namespace SnetGateway.Gateway.Admin;

/// <summary>
/// The browsers that have logged in, by a random id in a cookie. They are kept in memory only, as hashes, and their number has a bound: the
/// oldest one ends when another begins.
/// </summary>
internal sealed class AdminSessions(TimeProvider time)
{
    internal const int Max = 64;

    internal static readonly TimeSpan Lifetime = TimeSpan.FromHours(12);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _began = new(StringComparer.Ordinal);

    /// <summary>Begins one, and gives its id to the browser.</summary>
    public void Begin(HttpContext context)
    {
        string id = RandomNumberGenerator.GetHexString(64, lowercase: true);
        lock (_gate)
        {
            foreach (string old in _began.Where(pair => IsOver(pair.Value)).Select(pair => pair.Key).ToList())
            {
                _began.Remove(old);
            }

            if (_began.Count >= Max)
            {
                _began.Remove(_began.MinBy(pair => pair.Value).Key);
            }

            _began[HashOf(id)] = time.GetTimestamp();
        }

        context.Response.Cookies.Append(CookieOf(context), id, Options(context.Request));
    }

    /// <summary>Whether a request has the id of one that is not over.</summary>
    public bool Admits(HttpRequest request)
    {
        if (request.Cookies[CookieOf(request.HttpContext)] is not { Length: > 0 and <= 128 } id)
        {
            return false;
        }

        lock (_gate)
        {
            return _began.TryGetValue(HashOf(id), out long began) && !IsOver(began);
        }
    }

    /// <summary>Ends the session of a request.</summary>
    public void End(HttpContext context)
    {
        if (context.Request.Cookies[CookieOf(context)] is { } id)
        {
            lock (_gate)
            {
                _began.Remove(HashOf(id));
            }
        }

        context.Response.Cookies.Delete(CookieOf(context), Options(context.Request));
    }

    /// <summary>The cookie's name. Browsers send it to all ports of a host, and several gateways may be on one.</summary>
    private static string CookieOf(HttpContext context) => $"snet-admin-{context.Connection.LocalPort}";

    private static string HashOf(string id) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(id)));

    /// <summary>Without a lifetime: the cookie ends with the browser. Behind a proxy with TLS this listener does not see the TLS.</summary>
    private static CookieOptions Options(HttpRequest request) => new()
    {
        HttpOnly = true, SameSite = SameSiteMode.Strict, Secure = request.IsHttps, Path = AdminGuard.Dashboard, IsEssential = true,
    };

    private bool IsOver(long began) => time.GetElapsedTime(began) >= Lifetime;
}
