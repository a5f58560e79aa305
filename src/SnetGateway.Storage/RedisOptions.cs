using System.ComponentModel.DataAnnotations;

namespace SnetGateway.Storage;

/// <summary>The Redis that replicas share, with the store "redis": one primary that syncs every write (docs/stores.md).</summary>
public sealed class RedisOptions
{
    /// <summary>Host and port. Default localhost:6379.</summary>
    [Required]
    [RegularExpression(@"^.+:\d{1,5}$", ErrorMessage = "is no host:port")]
    public string Endpoint { get; set; } = "localhost:6379";

    /// <summary>A file with the password of Redis's default user; its first line counts. Default: none.</summary>
    public string? PasswordPath { get; set; }

    /// <summary>Whether to speak TLS, with a certificate that this machine trusts for the endpoint's host. Default false.</summary>
    public bool Tls { get; set; }

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
}
