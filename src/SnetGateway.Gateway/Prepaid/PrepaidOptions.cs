using System.ComponentModel.DataAnnotations;

namespace SnetGateway.Gateway.Prepaid;

/// <summary>Prepaid calls: consumers sign a larger total once and make concurrent calls with a token.</summary>
public sealed class PrepaidOptions
{
    public const string Section = "SnetGateway:Prepaid";

    /// <summary>
    /// File with the secret that tokens are signed with, 32 bytes or more; `openssl rand -base64 48` makes one. All replicas need the same.
    /// Line breaks at its end are ignored. Unset: no prepaid calls.
    /// </summary>
    [DataType("secret file")]
    public string? SecretPath { get; set; }

    /// <summary>
    /// File with the secret before a change. Its tokens are still accepted, and no new ones are made with it. To change the secret: give
    /// the new one to all replicas here, then exchange both files, and remove this one after TokenLifetime. Unset: none.
    /// </summary>
    [DataType("secret file")]
    public string? PreviousSecretPath { get; set; }

    /// <summary>
    /// Time for which a token is accepted, 1 minute to 30 days. A consumer can request another one at any time. Default 1 day.
    /// </summary>
    [Range(typeof(TimeSpan), "00:01:00", "30.00:00:00")]
    public TimeSpan TokenLifetime { get; set; } = TimeSpan.FromDays(1);
}
