using System.ComponentModel.DataAnnotations;

namespace SnetGateway.Storage;

/// <summary>
/// The Redis server that gateways share, when the ledger's store is redis: one primary that syncs every write (docs/stores.md).
/// </summary>
public sealed class RedisOptions
{
    /// <summary>Host and port. Default localhost:6379.</summary>
    [MinLength(1)]
    [RegularExpression(
        @"^([^\s:/\[\]]+|\[[0-9A-Fa-f:.]+\]):([1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d{2}|655[0-2]\d|6553[0-5])$",
        ErrorMessage = "a host and a port, as localhost:6379")]
    public string Endpoint { get; set; } = "localhost:6379";

    /// <summary>ACL user of this gateway (docs/stores.md lists the permissions it needs). Unset: Redis's default user.</summary>
    public string? User { get; set; }

    /// <summary>File with the password of the user, in its first line. Unset: no password.</summary>
    [DataType("file")]
    public string? PasswordPath { get; set; }

    /// <summary>
    /// If true, the connection uses TLS, and Redis's certificate must be valid for the host of the endpoint. Default false.
    /// </summary>
    public bool Tls { get; set; }

    /// <summary>PEM file with the certificate authorities of Redis's certificate. Unset: the authorities of the system.</summary>
    [DataType("file")]
    public string? CaPath { get; set; }

    /// <summary>PEM file with this gateway's client certificate. Unset: none. Read again for each new connection.</summary>
    [DataType("file")]
    public string? CertificatePath { get; set; }

    /// <summary>PEM file with the private key of the client certificate. Unset: the key is in the certificate's file.</summary>
    [DataType("file")]
    public string? KeyPath { get; set; }

    /// <summary>Number of the database, 0 to 1,000,000. Default 0.</summary>
    [Range(0, 1_000_000)]
    public int Database { get; set; }

    /// <summary>
    /// Prefix of every key, 1 to 64 characters. Default snet. Chain id and contract follow it, so several networks can share a database.
    /// </summary>
    [MinLength(1)]
    [StringLength(64, MinimumLength = 1)]
    public string KeyPrefix { get; set; } = "snet";

    /// <summary>
    /// If true, the gateway also uses a Redis that may lose acknowledged payments: without appendonly, appendfsync always or noeviction,
    /// with failover, or one whose settings cannot be checked because CONFIG is not allowed. Default false: with such a Redis the gateway
    /// does not start.
    /// </summary>
    public bool AllowUnsafe { get; set; }
}
