using System.ComponentModel.DataAnnotations;

namespace SnetGateway.Gateway.Web;

/// <summary>Calls from web pages.</summary>
public sealed class WebOptions
{
    public const string Section = "SnetGateway:Web";

    /// <summary>
    /// If true, web pages of other origins may call the services (CORS). Cookies are never requested. Default true, as the reference
    /// daemon.
    /// </summary>
    public bool CrossOrigin { get; set; } = true;

    /// <summary>
    /// Origins whose pages may call, such as https://app.example.org. Empty: all origins, except to a gateway in a private network, which
    /// only pages of listed origins may call.
    /// </summary>
    [DataType("origin")]
    public string[] Origins { get; set; } = [];

    /// <summary>Time that a browser may cache the response to a CORS preflight request, 0 to 1 day. Default 10 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan PreflightMaxAge { get; set; } = TimeSpan.FromMinutes(10);
}
