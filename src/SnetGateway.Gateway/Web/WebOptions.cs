using System.ComponentModel.DataAnnotations;
using SnetGateway.Gateway.Configuration.Forms;

namespace SnetGateway.Gateway.Web;

/// <summary>What pages in browsers may do.</summary>
public sealed class WebOptions : IValidatableObject
{
    public const string Section = "SnetGateway:Web";

    /// <summary>Whether pages of other origins may call (CORS). Default true, as the reference. Cookies are never asked for.</summary>
    public bool CrossOrigin { get; set; } = true;

    /// <summary>The origins whose pages may call, such as https://app.example.org. Empty: all of them.</summary>
    [OriginForm]
    public string[] Origins { get; set; } = [];

    /// <summary>How long a browser may keep the answer to its preflight, 0 to 1 day. Default 10 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan PreflightMaxAge { get; set; } = TimeSpan.FromMinutes(10);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!CrossOrigin && Origins.Length > 0)
        {
            yield return new ValidationResult("origins are listed, and no other origin may call at all", [nameof(Origins)]);
        }
    }
}
