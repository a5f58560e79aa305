using System.ComponentModel.DataAnnotations;

namespace SnetGateway.Gateway.Acme;

/// <summary>The authority that issues the certificates of `Listeners:Public:Domains`, by ACME (RFC 8555).</summary>
public sealed class AcmeOptions
{
    public const string Section = "SnetGateway:Acme";

    internal const string LetsEncrypt = "https://acme-v02.api.letsencrypt.org/directory";

    private const string LetsEncryptStaging = "https://acme-staging-v02.api.letsencrypt.org/directory";

    /// <summary>URL of the authority's directory. Default: Let's Encrypt.</summary>
    [DataType("url"), MinLength(1)]
    public string Directory { get; set; } = LetsEncrypt;

    /// <summary>
    /// If true, the staging directory of Let's Encrypt is used: high limits, and certificates that clients do not trust. For trials.
    /// Default false.
    /// </summary>
    public bool Staging { get; set; }

    /// <summary>Address to which the authority writes about certificates that expire. Unset or empty: none.</summary>
    [DataType("e-mail")]
    public string? Email { get; set; }

    /// <summary>Set it to true when you agree to the authority's terms of service. Without it no certificate is ordered.</summary>
    public bool AgreeToTerms { get; set; }

    /// <summary>For authorities that require it: the account with the authority that this gateway's key belongs to.</summary>
    public ExternalAccountOptions ExternalAccount { get; set; } = new();

    /// <summary>
    /// Folder of the account's key and of the certificates; used if the ledger is sqlite or memory. It is created when it is missing, and
    /// only the gateway's user can read it. Default data/acme.
    /// </summary>
    [MinLength(1)]
    public string Folder { get; set; } = "data/acme";

    /// <summary>
    /// For a ledger on etcd or redis: a file with at least 32 random bytes, the same for all replicas. The account's key and the
    /// certificates are in the ledger's store, encrypted with it, so that one replica orders a certificate and all serve it.
    /// </summary>
    [DataType("secret file")]
    public string? StoreKeyPath { get; set; }

    /// <summary>
    /// PEM file with the authorities of the directory's own certificate, for an ACME server of your own. Unset or empty: the authorities of
    /// the system.
    /// </summary>
    [DataType("file")]
    public string? CaPath { get; set; }

    /// <summary>The directory in use.</summary>
    internal Uri DirectoryUrl => new(Staging ? LetsEncryptStaging : Directory);

    /// <summary>
    /// Time between two checks of the certificates: how long a replica serves an old one after another replica stored a new one. Not a
    /// setting: the old one is valid for weeks.
    /// </summary>
    internal TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(5);
}

/// <summary>An account with the authority, from before ACME (RFC 8555, section 7.3.4).</summary>
public sealed class ExternalAccountOptions
{
    /// <summary>The key identifier that the authority gave you. Unset or empty: no external account.</summary>
    public string? KeyId { get; set; }

    /// <summary>File with the MAC key that the authority gave you, in base64url.</summary>
    [DataType("secret file")]
    public string? KeyPath { get; set; }
}
