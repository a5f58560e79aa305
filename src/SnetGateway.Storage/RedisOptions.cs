using System.ComponentModel.DataAnnotations;

namespace SnetGateway.Storage;

/// <summary>The Redis that replicas share, with the store "redis": one primary that syncs every write (docs/stores.md).</summary>
public sealed class RedisOptions : IValidatableObject
{
    /// <summary>Host and port. Default localhost:6379.</summary>
    [Required]
    [RegularExpression(
        @"^([^\s:/\[\]]+|\[[0-9A-Fa-f:.]+\]):([1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d{2}|655[0-2]\d|6553[0-5])$",
        ErrorMessage = "a host and a port, as localhost:6379")]
    public string Endpoint { get; set; } = "localhost:6379";

    /// <summary>The ACL user that this gateway is to Redis (docs/stores.md lists the rights it needs). Default: Redis's default user.</summary>
    public string? User { get; set; }

    /// <summary>A file with the user's password; its first line counts. Default: none.</summary>
    public string? PasswordPath { get; set; }

    /// <summary>Whether to speak TLS; Redis's certificate must be of the endpoint's host. Default false.</summary>
    public bool Tls { get; set; }

    /// <summary>PEM file with the authorities that may have signed Redis's certificate. Default: those of the system.</summary>
    public string? CaPath { get; set; }

    /// <summary>PEM file with the certificate that this gateway shows to Redis. Default: none. Read again for each new connection.</summary>
    public string? CertificatePath { get; set; }

    /// <summary>PEM file with the certificate's key. Default: it stands in the certificate's file.</summary>
    public string? KeyPath { get; set; }

    /// <summary>Number of the database, 0 to 1,000,000. Default 0.</summary>
    [Range(0, 1_000_000)]
    public int Database { get; set; }

    /// <summary>What the names of all keys begin with, 1 to 64 characters. Default snet. Chain and contract follow, so networks do not mix.</summary>
    [Required]
    [StringLength(64, MinimumLength = 1)]
    public string KeyPrefix { get; set; } = "snet";

    /// <summary>
    /// Whether to serve on a Redis that may lose payments after it said that they are written: without appendonly, appendfsync always and
    /// noeviction, with failover, or where CONFIG is not allowed. Default false: the gateway does not start.
    /// </summary>
    public bool AllowUnsafe { get; set; }

    /// <summary>What may not stand together.</summary>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!string.IsNullOrEmpty(User) && string.IsNullOrEmpty(PasswordPath))
        {
            yield return new ValidationResult("a user is given but no password. Write it into a file, and the file's path here", [nameof(PasswordPath)]);
        }

        if (!string.IsNullOrEmpty(KeyPath) && string.IsNullOrEmpty(CertificatePath))
        {
            yield return new ValidationResult("a key is given but no certificate. Name the certificate's file, or take the key out", [nameof(CertificatePath)]);
        }

        if (!Tls && !(string.IsNullOrEmpty(CaPath) && string.IsNullOrEmpty(CertificatePath)))
        {
            yield return new ValidationResult("a certificate is given, and the connection is not TLS. Write true, or take the certificates out", [nameof(Tls)]);
        }
    }
}
